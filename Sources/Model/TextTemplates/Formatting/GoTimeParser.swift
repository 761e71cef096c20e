import Codecs
import MetricModel

/// Parses times that are written in a Go layout (`time.Parse`).
struct GoTimeParser {
  private var rest: Substring
  private var year = 1
  private var month = 1
  private var day = 1
  private var hour = 0
  private var minute = 0
  private var second = 0
  private var millisecond = 0
  private var isAfternoon: Bool?
  private var offset = 0

  /// The time that a string states; `nil` when it does not match the layout.
  static func parse(_ text: String, layout: String) -> TemplateTime? {
    var parser = GoTimeParser(rest: text[...])
    for (piece, literal) in GoTimeLayout.pieces(of: layout) {
      let isRead = piece.map { parser.read($0) } ?? parser.skip(literal)
      guard isRead else { return nil }
    }
    return parser.rest.isEmpty ? parser.time : nil
  }

  private init(rest: Substring) {
    self.rest = rest
  }

  private var time: TemplateTime? {
    var hour = hour
    if let isAfternoon {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...59).contains(second)
    else { return nil }
    let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    let instant = Timestamp(rawValue: seconds * 1000 + Int64(millisecond))
    let result = TemplateTime(instant, offset: offset, zone: offset == 0 ? "UTC" : "")
    return result.date.day == day ? result : nil
  }

  private mutating func skip(_ literal: String) -> Bool {
    guard rest.hasPrefix(literal) else { return false }
    rest = rest.dropFirst(literal.count)
    return true
  }

  private mutating func read(_ piece: GoTimeLayout.Piece) -> Bool {
    switch piece {
    case .longMonth: return name(GoTimeLayout.months) { $0.month = $1 + 1 }
    case .shortMonth:
      return name(GoTimeLayout.months.map { String($0.prefix(3)) }) { $0.month = $1 + 1 }
    case .longWeekday: return name(GoTimeLayout.weekdays) { _, _ in }
    case .shortWeekday: return name(GoTimeLayout.weekdays.map { String($0.prefix(3)) }) { _, _ in }
    case .zone: return skip("UTC") || skip("GMT")
    case .upperHalf: return name(["AM", "PM"]) { $0.isAfternoon = $1 == 1 }
    case .lowerHalf: return name(["am", "pm"]) { $0.isAfternoon = $1 == 1 }
    case .fraction: return fraction()
    case .longYear: return number(4...4) { $0.year = $1 }
    case .shortYear: return number(2...2) { $0.year = $1 < 69 ? 2000 + $1 : 1900 + $1 }
    case .paddedMonth: return number(2...2) { $0.month = $1 }
    case .month: return number(1...2) { $0.month = $1 }
    case .paddedDay: return number(2...2) { $0.day = $1 }
    case .day, .blankDay:
      if piece == .blankDay, rest.first == " " { rest = rest.dropFirst() }
      return number(1...2) { $0.day = $1 }
    case .hour24, .paddedHour12: return number(2...2) { $0.hour = $1 }
    case .hour12: return number(1...2) { $0.hour = $1 }
    case .paddedMinute: return number(2...2) { $0.minute = $1 }
    case .minute: return number(1...2) { $0.minute = $1 }
    case .paddedSecond: return number(2...2) { $0.second = $1 } && optionalFraction()
    case .second: return number(1...2) { $0.second = $1 } && optionalFraction()
    case .paddedDayOfYear, .blankDayOfYear: return false
    default: return zoneOffset(piece.rawValue)
    }
  }

  private mutating func name(
    _ names: [String], _ store: (inout GoTimeParser, Int) -> Void
  ) -> Bool {
    let text = rest.lowercased()
    guard let index = names.firstIndex(where: { text.hasPrefix($0.lowercased()) }) else {
      return false
    }
    rest = rest.dropFirst(names[index].count)
    store(&self, index)
    return true
  }

  private mutating func number(
    _ width: ClosedRange<Int>, _ store: (inout GoTimeParser, Int) -> Void
  ) -> Bool {
    let digits = rest.prefix(width.upperBound).prefix { ("0"..."9").contains($0) }
    guard width.contains(digits.count), let value = Int(digits) else { return false }
    rest = rest[digits.endIndex...]
    store(&self, value)
    return true
  }

  /// A fraction may follow the seconds even where the layout has none.
  private mutating func optionalFraction() -> Bool {
    guard let sign = rest.first, sign == "." || sign == ",",
      rest.dropFirst().first?.isNumber == true
    else { return true }
    return fraction()
  }

  private mutating func fraction() -> Bool {
    guard rest.first == "." || rest.first == "," else { return true }
    let digits = rest.dropFirst().prefix { ("0"..."9").contains($0) }
    guard !digits.isEmpty else { return false }
    millisecond = Int((digits + "000").prefix(3)) ?? 0
    rest = rest[digits.endIndex...]
    return true
  }

  private mutating func zoneOffset(_ form: String) -> Bool {
    if form.hasPrefix("Z"), skip("Z") { return true }
    guard let sign = rest.first, sign == "+" || sign == "-" else { return false }
    rest = rest.dropFirst()
    var total = 0
    let parts = form.count <= 3 ? [3600] : form.count <= 6 ? [3600, 60] : [3600, 60, 1]
    for (index, unit) in parts.enumerated() {
      if index > 0, form.contains(":"), !skip(":") { return false }
      var part = 0
      guard number(2...2, { _, value in part = value }) else { return false }
      total += part * unit
    }
    offset = sign == "-" ? -total : total
    return true
  }
}
