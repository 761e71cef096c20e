/// `printf` and its relatives, as Go's package `fmt` formats them.
enum GoFormat {
  /// The largest width and precision that a format may ask for.
  static let sizeLimit = 10_000

  /// `fmt.Sprintf`.
  static func format(_ format: String, _ arguments: [TemplateValue]) -> String {
    var run = FormatRun(format: format, arguments: arguments)
    return run.run()
  }

  /// `fmt.Sprint`: puts a blank between two values of which neither is a string.
  static func print(_ values: [TemplateValue]) -> String {
    var result = ""
    var wasText = true
    for value in values {
      let isText = value.text != nil
      if !isText, !wasText { result += " " }
      result += value.printedInside
      wasText = isText
    }
    return result
  }

  /// `fmt.Sprintln`.
  static func printLine(_ values: [TemplateValue]) -> String {
    values.map(\.printedInside).joined(separator: " ") + "\n"
  }
}

/// The flags, width and precision of one verb: `%-8.3f`.
struct FormatSpecification {
  var hasPlus = false
  var hasMinus = false
  var hasSharp = false
  var hasSpace = false
  var hasZero = false
  var width: Int?
  var precision: Int?

  /// The string padded to the width.
  func padded(_ text: String) -> String {
    guard let width, text.unicodeScalars.count < width else { return text }
    let count = width - text.unicodeScalars.count
    if hasMinus { return text + String(repeating: " ", count: count) }
    guard hasZero else { return String(repeating: " ", count: count) + text }
    let zeros = String(repeating: "0", count: count)
    if let sign = text.first, "+- ".contains(sign), text.dropFirst().first?.isNumber == true {
      return String(sign) + zeros + text.dropFirst()
    }
    return zeros + text
  }
}

/// One pass over a format string.
private struct FormatRun {
  private var rest: Substring
  private let arguments: [TemplateValue]
  private var next = 0
  private var isReordered = false
  private var result = ""

  init(format: String, arguments: [TemplateValue]) {
    rest = format[...]
    self.arguments = arguments
  }

  mutating func run() -> String {
    while let percent = rest.firstIndex(of: "%"), result.utf8.count < TemplateValue.printLimit {
      result += rest[..<percent]
      rest = rest[percent...].dropFirst()
      verb()
    }
    result += rest
    if !isReordered, next < arguments.count {
      let extra = arguments[next...].map { value in
        if case .null = value { return "<nil>" }
        return "\(value.typeName)=\(value.printedInside)"
      }
      result += "%!(EXTRA " + extra.joined(separator: ", ") + ")"
    }
    return result
  }

  private mutating func verb() {
    var specification = FormatSpecification()
    flags(into: &specification)
    argumentIndex()
    specification.width = number()
    if let width = specification.width, width < 0 {
      specification.hasMinus = true
      specification.width = -width
    }
    if specification.hasMinus { specification.hasZero = false }
    if rest.first == "." {
      rest = rest.dropFirst()
      argumentIndex()
      specification.precision = max(number() ?? 0, 0)
    }
    argumentIndex()
    guard let verb = rest.popFirst() else {
      result += "%!(NOVERB)"
      return
    }
    if verb == "%" {
      result += "%"
    } else if next < arguments.count, next >= 0 {
      GoVerb.append(arguments[next], verb: verb, specification, to: &result)
      next += 1
    } else {
      result += next < 0 ? "%!\(verb)(BADINDEX)" : "%!\(verb)(MISSING)"
      next = max(next, 0)
    }
  }

  private mutating func flags(into specification: inout FormatSpecification) {
    while let flag = rest.first {
      switch flag {
      case "+": specification.hasPlus = true
      case "-": specification.hasMinus = true
      case "#": specification.hasSharp = true
      case " ": specification.hasSpace = true
      case "0": specification.hasZero = true
      default: return
      }
      rest = rest.dropFirst()
    }
  }

  /// Reads `[2]`, the index of the next argument.
  private mutating func argumentIndex() {
    guard rest.first == "[", let close = rest.firstIndex(of: "]") else { return }
    isReordered = true
    let index = Int(rest[rest.index(after: rest.startIndex)..<close]) ?? 0
    next = (1...max(arguments.count, 1)).contains(index) ? index - 1 : -1
    rest = rest[close...].dropFirst()
  }

  /// Reads digits, or `*`, which takes the number from an argument.
  private mutating func number() -> Int? {
    if rest.first == "*" {
      rest = rest.dropFirst()
      guard next >= 0, next < arguments.count, case .int(let value) = arguments[next] else {
        return nil
      }
      next += 1
      return min(max(value, -GoFormat.sizeLimit), GoFormat.sizeLimit)
    }
    let digits = rest.prefix { ("0"..."9").contains($0) }
    rest = rest[digits.endIndex...]
    return digits.isEmpty ? nil : min(Int(digits) ?? GoFormat.sizeLimit, GoFormat.sizeLimit)
  }
}
