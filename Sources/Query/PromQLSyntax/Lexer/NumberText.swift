import MetricModel

/// The values of numbers and durations in text form, by Go's rules.
enum NumberText {
  /// Why a text has no value.
  struct Problem: Error {
    let message: String
  }

  /// The value of a number: whole with a base (`0x1F`, `017`) or a decimal fraction.
  static func value(_ text: String) -> Result<Double, Problem> {
    let isSound = hasSoundUnderscores(text)
    let digits = text.filter { $0 != "_" }
    if isSound, let whole = integer(digits) { return .success(Double(whole)) }
    let isHexadecimal = digits.utf8.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
    guard isSound, !isHexadecimal, let value = Double(completed(digits)) else {
      return .failure(problem(text, "invalid syntax"))
    }
    return value.isFinite ? .success(value) : .failure(problem(text, "value out of range"))
  }

  /// The seconds of a duration such as `1h30m`.
  static func seconds(_ text: String) -> Result<Double, Problem> {
    if let duration = PrometheusDuration(text), duration.seconds < DurationExpression.longest {
      return .success(duration.seconds)
    }
    return .failure(Problem(message: durationProblem(text)))
  }

  private static func problem(_ text: String, _ reason: String) -> Problem {
    Problem(
      message: "error parsing number: strconv.ParseFloat: parsing \(Keywords.quoted(text)): "
        + reason)
  }

  /// A whole number of 64 bits; a zero in front makes it octal.
  private static func integer(_ digits: String) -> Int64? {
    guard digits.utf8.first == UInt8(ascii: "0"), digits.utf8.count > 1 else {
      return Int64(digits)
    }
    if digits.utf8.dropFirst().first.map({ $0 | 0x20 }) == UInt8(ascii: "x") {
      return Int64(digits.dropFirst(2), radix: 16)
    }
    return Int64(digits.dropFirst(), radix: 8)
  }

  /// Whether each underscore stands between digits, or between the base and a digit.
  private static func hasSoundUnderscores(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "_")) else { return true }
    var bytes = Array(text.utf8)[...]
    var last = UInt8(ascii: "^")
    var isHexadecimal = false
    if bytes.count > 1, bytes.first == UInt8(ascii: "0"),
      bytes[1] | 0x20 == UInt8(ascii: "x")
    {
      // The base counts as a digit.
      last = UInt8(ascii: "0")
      isHexadecimal = true
      bytes = bytes.dropFirst(2)
    }
    for byte in bytes {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
      if Lexer.isDigit(byte) || isHexadecimal && isLetter {
        last = UInt8(ascii: "0")
      } else if byte == UInt8(ascii: "_") {
        guard last == UInt8(ascii: "0") else { return false }
        last = byte
      } else {
        guard last != UInt8(ascii: "_") else { return false }
        last = UInt8(ascii: "!")
      }
    }
    return last != UInt8(ascii: "_")
  }

  /// Swift wants a digit on both sides of the point; PromQL does not.
  private static func completed(_ text: String) -> String {
    var text = text
    if text.hasPrefix(".") { text = "0" + text }
    if let point = text.firstIndex(of: ".") {
      let next = text.index(after: point)
      if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
    }
    return text
  }

  /// What is wrong with a duration: the first unit that is unknown, out of order or too much.
  private static func durationProblem(_ text: String) -> String {
    let units = ["ms", "s", "m", "h", "d", "w", "y"]
    var rest = text.utf8[...]
    var last = units.count
    var total: UInt64 = 0
    let notValid = "not a valid duration string: \(Keywords.quoted(text))"
    while !rest.isEmpty {
      let digits = rest.prefix { Lexer.isDigit($0) }
      guard let number = UInt64(String(Substring(digits))) else { return notValid }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { !Lexer.isDigit($0) }
      guard !unit.isEmpty else { return notValid }
      rest = rest[unit.endIndex...]
      let name = String(Substring(unit))
      guard let rank = units.firstIndex(of: name) else {
        return "unknown unit \(Keywords.quoted(name)) in duration \(Keywords.quoted(text))"
      }
      guard rank < last else { return notValid }
      last = rank
      guard let part = PrometheusDuration("1\(name)")?.rawValue,
        number <= (1 << 63) / UInt64(part * 1_000_000)
      else { return "duration out of range" }
      total &+= number * UInt64(part) * 1_000_000
      guard total <= UInt64(Int64.max) else { return "duration out of range" }
    }
    return notValid
  }
}
