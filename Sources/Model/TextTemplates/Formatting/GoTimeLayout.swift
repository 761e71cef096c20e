import Codecs
import MetricModel

/// Formats times by Go's layouts, in which the reference time `Mon Jan 2 15:04:05 MST 2006` is
/// written as the time shall be.
enum GoTimeLayout {
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// The pieces of a layout that stand for a part of the time. A longer piece precedes those that
  /// it begins with.
  enum Piece: String, CaseIterable {
    case longMonth = "January"
    case shortMonth = "Jan"
    case longWeekday = "Monday"
    case shortWeekday = "Mon"
    case zone = "MST"
    case paddedDayOfYear = "002"
    case paddedMonth = "01"
    case paddedDay = "02"
    case paddedHour12 = "03"
    case paddedMinute = "04"
    case paddedSecond = "05"
    case shortYear = "06"
    case hour24 = "15"
    case month = "1"
    case longYear = "2006"
    case day = "2"
    case blankDayOfYear = "__2"
    case blankDay = "_2"
    case hour12 = "3"
    case minute = "4"
    case second = "5"
    case upperHalf = "PM"
    case lowerHalf = "pm"
    case offsetSeconds = "-070000"
    case colonOffsetSeconds = "-07:00:00"
    case offset = "-0700"
    case colonOffset = "-07:00"
    case shortOffset = "-07"
    case utcOffset = "Z0700"
    case utcColonOffset = "Z07:00"
    case utcShortOffset = "Z07"
    /// `.000` or `.999`, with any number of digits.
    case fraction = "."
  }

  private static let byLength = Piece.allCases.filter { $0 != .fraction }
    .sorted { $0.rawValue.count > $1.rawValue.count }

  /// Splits a layout into pieces and the literal text between them.
  static func pieces(of layout: String) -> [(piece: Piece?, text: String)] {
    var result: [(piece: Piece?, text: String)] = []
    var rest = layout[...]
    var literal = ""
    while let first = rest.first {
      if let (piece, text) = piece(at: rest) {
        if !literal.isEmpty { result.append((nil, literal)) }
        literal = ""
        result.append((piece, text))
        rest = rest.dropFirst(text.count)
      } else {
        literal.append(first)
        rest = rest.dropFirst()
      }
    }
    if !literal.isEmpty { result.append((nil, literal)) }
    return result
  }

  private static func piece(at rest: Substring) -> (Piece, String)? {
    if let first = rest.first, first == "." || first == ",", let digit = rest.dropFirst().first,
      digit == "0" || digit == "9"
    {
      let digits = rest.dropFirst().prefix { $0 == digit }
      if rest[digits.endIndex...].first?.isNumber != true {
        return (.fraction, first.description + digits)
      }
    }
    for piece in byLength where rest.hasPrefix(piece.rawValue) {
      let isWord = piece == .shortMonth || piece == .shortWeekday
      if isWord, rest.dropFirst(3).first?.isLowercase == true { continue }
      return (piece, piece.rawValue)
    }
    return nil
  }

  /// The time as the layout writes it.
  static func format(_ time: TemplateTime, layout: String) -> String {
    let date = time.date
    return pieces(of: layout).map { piece, text in
      piece.map { write($0, text, date, time) } ?? text
    }.joined()
  }

  private static func write(
    _ piece: Piece, _ text: String, _ date: CivilDate, _ time: TemplateTime
  ) -> String {
    let hour12 = date.hour % 12 == 0 ? 12 : date.hour % 12
    return switch piece {
    case .longMonth: months[date.month - 1]
    case .shortMonth: String(months[date.month - 1].prefix(3))
    case .longWeekday: weekdays[date.weekday]
    case .shortWeekday: String(weekdays[date.weekday].prefix(3))
    case .zone: time.zone
    case .paddedDayOfYear: padded(date.dayOfYear, 3)
    case .blankDayOfYear: padded(date.dayOfYear, 3, with: " ")
    case .paddedMonth: padded(date.month, 2)
    case .month: "\(date.month)"
    case .paddedDay: padded(date.day, 2)
    case .blankDay: padded(date.day, 2, with: " ")
    case .day: "\(date.day)"
    case .hour24: padded(date.hour, 2)
    case .paddedHour12: padded(hour12, 2)
    case .hour12: "\(hour12)"
    case .paddedMinute: padded(date.minute, 2)
    case .minute: "\(date.minute)"
    case .paddedSecond: padded(date.second, 2)
    case .second: "\(date.second)"
    case .longYear: (date.year < 0 ? "-" : "") + padded(abs(date.year), 4)
    case .shortYear: padded(abs(date.year) % 100, 2)
    case .upperHalf: date.hour < 12 ? "AM" : "PM"
    case .lowerHalf: date.hour < 12 ? "am" : "pm"
    case .fraction: fraction(date.millisecond, text)
    default: offset(time.offset, piece)
    }
  }

  private static func fraction(_ millisecond: Int, _ text: String) -> String {
    let digits = padded(millisecond, 3) + "000000"
    var shown = digits.prefix(text.count - 1)
    guard text.last == "9" else { return String(text.prefix(1) + shown) }
    while shown.last == "0" { shown = shown.dropLast() }
    return shown.isEmpty ? "" : String(text.prefix(1) + shown)
  }

  private static func offset(_ seconds: Int, _ piece: Piece) -> String {
    let form = piece.rawValue
    if form.hasPrefix("Z"), seconds == 0 { return "Z" }
    let magnitude = abs(seconds)
    let colon = form.contains(":") ? ":" : ""
    var text = (seconds < 0 ? "-" : "+") + padded(magnitude / 3600, 2)
    if form.count > 3 { text += colon + padded(magnitude / 60 % 60, 2) }
    if form.count > 6 { text += colon + padded(magnitude % 60, 2) }
    return text
  }

  static func padded(_ number: Int, _ width: Int, with filler: Character = "0") -> String {
    let digits = String(number)
    return String(repeating: filler, count: max(0, width - digits.count)) + digits
  }
}
