import CollectorCore

/// The names of places in the kernel where threads wait, as small numbers.
///
/// A kernel without symbols, or without the right to see them, says `0` for every thread: after enough
/// of these the files are left alone.
struct WaitChannels: Sendable {
  /// Most names that are told apart; further ones are `other`.
  static let limit = 256
  /// So many files without a name, and none with one, mean that there are none to be had.
  private static let patience = 64

  private var numbers: [String: UInt16] = [:]
  private(set) var names: [String] = [""]
  private var misses = 0

  /// Whether a name was found yet, or may be.
  var isWorthReading: Bool { names.count > 1 || misses < Self.patience }

  /// The name in a `wchan` file; nil if it has none.
  static func name(in bytes: Span<UInt8>) -> String? {
    let name = bytes.trimmed
    return name.isEmpty || name.equals("0") ? nil : name.text
  }

  /// The number of a name; 0 for none.
  mutating func number(of name: String?) -> UInt16 {
    guard let name else {
      misses += 1
      return 0
    }
    if let known = numbers[name] { return known }
    let shown = names.count < Self.limit ? name : "other"
    if let known = numbers[shown] { return known }
    let number = UInt16(names.count)
    names.append(shown)
    numbers[shown] = number
    return number
  }
}
