import Codecs
import MetricModel

/// Formats one value under one verb of a format string.
enum GoVerb {
  /// Appends the formatted value. Nothing is appended to a result that has reached the size limit.
  static func append(
    _ value: TemplateValue, verb: Character, _ specification: FormatSpecification,
    to result: inout String
  ) {
    guard result.utf8.count < TemplateValue.printLimit else { return }
    switch value {
    case _ where verb == "T": result += specification.padded(value.typeName)
    case .list(let items):
      result += "["
      for (index, item) in items.enumerated() {
        if index > 0 { result += " " }
        append(item, verb: verb, specification, to: &result)
      }
      result += "]"
    case .map(let map):
      result += "map["
      for (index, pair) in map.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { result += " " }
        append(.string(pair.key), verb: verb, specification, to: &result)
        result += ":"
        append(pair.value, verb: verb, specification, to: &result)
      }
      result += "]"
    case .object(let object) where !"vsq".contains(verb) && object.content != nil:
      append(object.content ?? .null, verb: verb, specification, to: &result)
    default:
      result += single(value, verb: verb, specification) ?? mismatch(value, verb: verb)
    }
  }

  private static func single(
    _ value: TemplateValue, verb: Character, _ specification: FormatSpecification
  ) -> String? {
    switch value {
    case .null: return verb == "v" ? specification.padded("<nil>") : nil
    case .bool(let flag):
      return verb == "v" || verb == "t" ? specification.padded(flag ? "true" : "false") : nil
    case .int(let number): return whole(number, verb: verb, specification)
    case .number(let number): return fraction(number, verb: verb, specification)
    case .object(let object): return string(object.printed, verb: verb, specification)
    default: return string(value.text ?? "", verb: verb, specification)
    }
  }

  /// The output for a value that the verb cannot print: `%!d(string=hi)`.
  private static func mismatch(_ value: TemplateValue, verb: Character) -> String {
    if case .null = value { return "%!\(verb)(<nil>)" }
    return "%!\(verb)(\(value.typeName)=\(value.printedInside))"
  }

  private static func whole(
    _ number: Int, verb: Character, _ specification: FormatSpecification
  ) -> String? {
    switch verb {
    case "v", "d": return digits(number, radix: 10, prefix: "", specification)
    case "b": return digits(number, radix: 2, prefix: "0b", specification)
    case "o": return digits(number, radix: 8, prefix: "0", specification)
    case "O":
      var sharp = specification
      sharp.hasSharp = true
      return digits(number, radix: 8, prefix: "0o", sharp)
    case "x": return digits(number, radix: 16, prefix: "0x", specification)
    case "X": return digits(number, radix: 16, prefix: "0x", specification).uppercased()
    case "c", "q":
      let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
      return specification.padded(
        verb == "c" ? String(scalar) : GoQuoting.quoted(character: scalar))
    case "U":
      let hex = String(number, radix: 16).uppercased()
      return specification.padded(
        "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex)
    default: return nil
    }
  }

  private static func digits(
    _ number: Int, radix: Int, prefix: String, _ specification: FormatSpecification
  ) -> String {
    var text = String(number.magnitude, radix: radix)
    var specification = specification
    if let precision = specification.precision {
      text = String(repeating: "0", count: max(0, precision - text.count)) + text
      specification.hasZero = false
    }
    if specification.hasSharp { text = prefix + text }
    return specification.padded(sign(number < 0, specification) + text)
  }

  private static func sign(_ isNegative: Bool, _ specification: FormatSpecification) -> String {
    if isNegative { return "-" }
    return specification.hasPlus ? "+" : specification.hasSpace ? " " : ""
  }

  private static func fraction(
    _ number: Double, verb: Character, _ specification: FormatSpecification
  ) -> String? {
    guard "veEfFgG".contains(verb) else { return nil }
    guard number.isFinite else { return special(number, specification) }
    let precision = specification.precision ?? ("eEfF".contains(verb) ? 6 : nil)
    let text = GoFloat.string(
      number.magnitude, verb: verb == "v" ? "g" : verb,
      precision: precision.map { min($0, GoFloat.precisionLimit) })
    return specification.padded(sign(number.sign == .minus, specification) + text)
  }

  /// Infinity always has a sign, NaN only when the format asks for one; neither is padded with
  /// zeros.
  private static func special(_ number: Double, _ specification: FormatSpecification) -> String {
    var specification = specification
    specification.hasZero = false
    if number.isNaN { return specification.padded(sign(false, specification) + "NaN") }
    let plus = specification.hasSpace && !specification.hasPlus ? " " : "+"
    return specification.padded((number < 0 ? "-" : plus) + "Inf")
  }

  private static func string(
    _ text: String, verb: Character, _ specification: FormatSpecification
  ) -> String? {
    var shown = text
    if let precision = specification.precision, verb != "x", verb != "X" {
      shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
    }
    switch verb {
    case "v", "s": return specification.padded(shown)
    case "q":
      if specification.hasSharp, !shown.contains("`"), !shown.contains("\n") {
        return specification.padded("`\(shown)`")
      }
      return specification.padded(GoQuoting.quoted(shown))
    case "x", "X":
      let bytes = text.utf8.prefix(specification.precision ?? .max)
      let hex = bytes.map { Hexadecimal.text([$0]) }
        .joined(separator: specification.hasSpace ? " " : "")
      return specification.padded(verb == "x" ? hex : hex.uppercased())
    default: return nil
    }
  }
}
