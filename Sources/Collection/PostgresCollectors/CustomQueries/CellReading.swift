/// Parses the text of a cell that is not a plain number.
enum CellReading {
  /// Unix seconds of a time as PostgreSQL writes it with `DateStyle` ISO: `2026-11-21`, `2026-11-21
  /// 09:28:34.5`, `2026-11-21 09:28:34+00`; nil for other texts and times before Christ.
  static func unixSeconds(_ text: String) -> Double? {
    var scanner = Scanner(text)
    guard let year = scanner.number(digits: 4...6), scanner.take("-"),
      let month = scanner.number(digits: 2...2), (1...12).contains(month), scanner.take("-"),
      let day = scanner.number(digits: 2...2), (1...31).contains(day)
    else { return nil }
    let days = Double(dayNumber(year: year, month: month, day: day))
    if scanner.isAtEnd { return days * 86_400 }
    guard scanner.take(" ") || scanner.take("T"), let hour = scanner.number(digits: 2...2),
      scanner.take(":"), let minute = scanner.number(digits: 2...2), scanner.take(":"),
      let second = scanner.number(digits: 2...2)
    else { return nil }
    var seconds = days * 86_400 + Double(hour * 3_600 + minute * 60 + second)
    if scanner.take(".") {
      guard let fraction = scanner.fraction() else { return nil }
      seconds += fraction
    }
    if scanner.isAtEnd { return seconds }
    guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
    return seconds - Double(offset)
  }

  /// Milliseconds of a duration as Go writes it, or without a unit; `-1` is not a number, as in
  /// postgres_exporter, and `nil` means that the text is not a duration.
  static func milliseconds(_ text: String) -> Double? {
    if text == "-1" { return .nan }
    if let number = Double(text) { return number }
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    let units: [String: Double] = [
      "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6,
    ]
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
      rest = rest[unit.endIndex...]
      guard let amount = Double(digits), let scale = units[String(unit)] else { return nil }
      total += amount * scale
    }
    return isNegative ? -total : total
  }

  /// The numbers of an array, `{0.1,1,10}`; `nil` if an element is not a number.
  static func array(_ text: String) -> [Double]? {
    guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
    let body = text.dropFirst().dropLast()
    if body.isEmpty { return [] }
    var numbers: [Double] = []
    for element in body.split(separator: ",", omittingEmptySubsequences: false) {
      let bare =
        element.hasPrefix("\"") && element.hasSuffix("\"") && element.count > 1
        ? element.dropFirst().dropLast() : element
      guard let number = Double(bare) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// Days since 1970-01-01 in the Gregorian calendar.
  private static func dayNumber(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March, so that the leap day is the last.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// A position in the bytes of a cell.
  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
      bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
      position += 1
      return true
    }

    mutating func number(digits: ClosedRange<Int>) -> Int? {
      let start = position
      var value = 0
      while position < bytes.count, (48...57).contains(bytes[position]),
        position - start < digits.upperBound
      {
        value = value * 10 + Int(bytes[position] - 48)
        position += 1
      }
      return position - start >= digits.lowerBound ? value : nil
    }

    mutating func fraction() -> Double? {
      let start = position
      guard let digits = number(digits: 1...9) else { return nil }
      var value = Double(digits)
      for _ in start..<position { value /= 10 }
      return value
    }

    /// Seconds east of Greenwich: `+00`, `-03:30`, `+01:00:30`.
    mutating func offset() -> Int? {
      let isWest = take("-")
      guard isWest || take("+"), let hours = number(digits: 2...2) else { return nil }
      var seconds = hours * 3_600
      for unit in [60, 1] where take(":") {
        guard let part = number(digits: 2...2) else { return nil }
        seconds += part * unit
      }
      return isWest ? -seconds : seconds
    }
  }
}
