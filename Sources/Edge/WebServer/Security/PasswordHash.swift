private import CCrypt

/// A bcrypt hash of a password: `$2y$10$` (or `$2a$`, `$2b$`), 22 characters of salt and 31 of
/// hash.
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
  private let text: String
  /// The binary logarithm of the number of rounds; a cost of 10 takes about 50 ms.
  package let cost: Int

  /// The highest cost that is accepted; a check with a higher one takes longer than any client
  /// waits.
  package static let highestCost = 20

  /// Why a text is not a bcrypt hash.
  package struct Fault: Error, Equatable, CustomStringConvertible {
    /// What is wrong, as a predicate: `is no bcrypt hash`.
    package let description: String
  }

  /// Parses a hash as `htpasswd -nBC 10 ""` prints it.
  package init(_ text: String) throws(Fault) {
    let bytes = Array(text.utf8)
    guard bytes.count == 60, text.hasPrefix("$2"), "aby".utf8.contains(bytes[2]),
      bytes[3] == UInt8(ascii: "$"), bytes[6] == UInt8(ascii: "$"),
      bytes[4...5].allSatisfy({ (0x30...0x39).contains($0) }),
      let cost = Int(String(decoding: bytes[4...5], as: UTF8.self)),
      bytes[7...].allSatisfy(Self.isDigit)
    else { throw Fault(description: "is no bcrypt hash") }
    guard (4...Self.highestCost).contains(cost) else {
      throw Fault(description: "has cost \(cost), which must be from 4 to \(Self.highestCost)")
    }
    self.text = text
    self.cost = cost
  }

  /// A hash that matches no password and is as expensive to check as others of this cost.
  static func unmatchable(cost: Int) -> PasswordHash {
    let digits = cost < 10 ? "0\(cost)" : "\(cost)"
    return PasswordHash(
      unchecked: "$2y$\(digits)$" + String(repeating: ".", count: 53), cost: cost)
  }

  private init(unchecked text: String, cost: Int) {
    self.text = text
    self.cost = cost
  }

  /// Whether the password matches; blocks the thread for the time that `cost` implies.
  func matches(_ password: [UInt8]) -> Bool {
    // C ends a password at a zero byte, so a longer one would match by its beginning.
    guard !password.contains(0) else { return false }
    let phrase = password.map(CChar.init(bitPattern:)) + [0]
    let size = MemoryLayout<crypt_data>.size
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    defer {
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      unsafe memory.deallocate()
    }
    guard let made = unsafe crypt_rn(phrase, text, memory, Int32(size)) else { return false }
    return Self.isSame(unsafe String(cString: made), text)
  }

  /// Compares texts in a time that does not depend on where they differ.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
      && zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: "/"), 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
  }

  package var description: String { "<bcrypt hash of cost \(cost)>" }
}
