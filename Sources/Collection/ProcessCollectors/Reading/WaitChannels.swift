import SystemAccess
import CollectorCore

/// The names of kernel functions in which threads wait, as small numbers.
///
/// A kernel without symbols, or without permission to see them, reports `0` for every thread: after
/// enough of these the files are no longer read.
struct WaitChannels: Sendable {
  /// The most names; further ones are `other`.
  static let limit = 256
  private static let other = "other"
  /// The number of files without a name, and none with one, after which the names are considered
  /// unavailable.
  private static let patience = 64

  /// Numbers by the hash of the name's bytes; the name itself decides.
  private var numbers: [UInt64: UInt16] = [:]
  private(set) var names: [String] = [""]
  private var misses = 0

  /// Whether a name was found, or may still be.
  var isWorthReading: Bool { names.count > 1 || misses < Self.patience }

  /// The name in a `wchan` file; empty if it has none.
  @_lifetime(copy bytes)
  static func name(in bytes: Span<UInt8>) -> Span<UInt8> {
    let name = bytes.trimmed
    return name.equals("0") ? name.extracting(first: 0) : name
  }

  /// The number of a known name; `nil` for a new one.
  func number(of name: Span<UInt8>) -> UInt16? {
    guard !name.isEmpty else { return 0 }
    guard let known = numbers[Self.hash(name)], name.equals(names[Int(known)]) else { return nil }
    return known
  }

  /// Records a thread without a name.
  mutating func noteMiss() {
    misses += 1
  }

  /// The number of a name, assigned if it is new.
  mutating func number(ofNew name: String) -> UInt16 {
    let shown = names.count < Self.limit ? name : Self.other
    if let known = names.firstIndex(of: shown) { return UInt16(known) }
    let number = UInt16(names.count)
    names.append(shown)
    if shown == name { numbers[Self.hash(name.utf8.span)] = number }
    return number
  }

  /// FNV-1a.
  private static func hash(_ name: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01B3 }
    return hash
  }
}
