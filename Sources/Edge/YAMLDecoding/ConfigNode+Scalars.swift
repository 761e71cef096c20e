extension ConfigNode {
  /// The value as a boolean, in any spelling of YAML 1.1.
  package var bool: Bool? {
    guard case .scalar(let text, .plain) = kind else { return nil }
    switch text {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return false
    default: return nil
    }
  }

  /// The value as a whole number: decimal, `0x`, `0o` or `0b`, with optional `_` between digits.
  package var int: Int? {
    guard case .scalar(let text, .plain) = kind else { return nil }
    let isNegative = text.hasPrefix("-")
    var digits = Substring(text).drop { $0 == "-" || $0 == "+" }
    guard text.count - digits.count <= 1, digits.first != "_" else { return nil }
    var radix = 10
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      radix = base
      digits = digits.dropFirst(2)
    }
    let plain = digits.filter { $0 != "_" }
    guard plain.allSatisfy(\.isHexDigit) else { return nil }
    return Int((isNegative ? "-" : "") + plain, radix: radix)
  }

  /// The value as a number, including `.inf`, `-.inf`, `.nan` and exponents.
  package var double: Double? {
    guard case .scalar(let text, .plain) = kind else { return nil }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
    case "-.inf", "-.Inf", "-.INF": return -.infinity
    case ".nan", ".NaN", ".NAN": return .nan
    default: break
    }
    if let int { return Double(int) }
    let isDecimal = text.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    return isDecimal ? Double(text) : nil
  }

  /// The value as a number of bytes: `15MB`, `1.5GiB`, `512KB`, `0`; all units are powers of 1024,
  /// as in Prometheus.
  package var byteCount: Int64? {
    guard let text else { return nil }
    if text == "0" { return 0 }
    let amount = text.prefix { ("0"..."9").contains($0) || $0 == "." }
    let powers = ["K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6]
    var unit = text[amount.endIndex...]
    guard unit.hasSuffix("B"), let value = Double(amount) else { return nil }
    unit = unit.dropLast()
    if unit.hasSuffix("i"), unit.count == 2 { unit = unit.dropLast() }
    guard let power = unit.isEmpty ? 0 : powers[String(unit)] else { return nil }
    var bytes = value
    for _ in 0..<power { bytes *= 1024 }
    return bytes < Double(Int64.max) ? Int64(bytes) : nil
  }
}
