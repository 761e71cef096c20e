/// Checks the text of a user's statement without a server.
package struct StatementText {
  /// Why a statement is refused.
  package enum Fault: Error, Equatable, CustomStringConvertible {
    /// There is nothing but comments.
    case empty
    /// A second statement begins at this byte.
    case several(at: Int)
    /// It is not a statement that reads.
    case notReading(word: String)

    package var description: String {
      switch self {
      case .empty: "there is no statement"
      case .several: "there is a second statement; a query is one"
      case .notReading(let word):
        "a query begins with SELECT, WITH, VALUES, TABLE or SHOW, not \(word)"
      }
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  private init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// Throws unless the text is one statement that begins with a reading keyword.
  package static func check(_ text: String) throws(Fault) {
    var statement = StatementText(text)
    var word = ""
    var end: Int?
    while let byte = statement.next() {
      if byte == UInt8(ascii: ";") {
        end = end ?? statement.position
        continue
      }
      if [9, 10, 11, 12, 13, 32].contains(byte) { continue }
      if let end, !word.isEmpty { throw .several(at: min(end, statement.position - 1)) }
      if word.isEmpty, byte != UInt8(ascii: "(") { word = statement.word() }
    }
    if word.isEmpty { throw .empty }
    guard ["SELECT", "WITH", "VALUES", "TABLE", "SHOW"].contains(word.uppercased()) else {
      throw .notReading(word: word)
    }
  }

  /// The word that starts at the last byte.
  private func word() -> String {
    let rest = bytes[(position - 1)...].prefix {
      (65...90).contains($0 & 0xDF) || $0 == UInt8(ascii: "_")
    }
    return rest.isEmpty ? "punctuation" : String(decoding: rest.prefix(20), as: UTF8.self)
  }

  /// The next byte of the statement itself; quoted texts count as one byte, comments as a blank.
  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "'"):
      let isEscaped = position >= 2 && bytes[position - 2] & 0xDF == UInt8(ascii: "E")
      skip(to: [byte], withBackslashes: isEscaped)
    case UInt8(ascii: "\""): skip(to: [byte])
    case UInt8(ascii: "-") where at(position) == byte:
      skip(to: [10])
      return 32
    case UInt8(ascii: "/") where at(position) == UInt8(ascii: "*"):
      skipComment()
      return 32
    case UInt8(ascii: "$"): skipDollars()
    default: break
    }
    return byte
  }

  private func at(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skip(to end: [UInt8], withBackslashes: Bool = false) {
    while position < bytes.count {
      if withBackslashes, bytes[position] == UInt8(ascii: "\\") {
        position += 2
        continue
      }
      if bytes[position...].starts(with: end) {
        position += end.count
        return
      }
      position += 1
    }
    position = bytes.count
  }

  /// Comments between stars nest.
  private mutating func skipComment() {
    var depth = 1
    position += 1
    while position < bytes.count, depth > 0 {
      if bytes[position...].starts(with: "/*".utf8) {
        depth += 1
        position += 2
      } else if bytes[position...].starts(with: "*/".utf8) {
        depth -= 1
        position += 2
      } else {
        position += 1
      }
    }
  }

  /// `$$ ... $$` and `$tag$ ... $tag$`; `$1` is a parameter.
  private mutating func skipDollars() {
    let tag = bytes[position...].prefix {
      (65...90).contains($0 & 0xDF) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        || $0 >= 0x80
    }
    guard at(tag.endIndex) == UInt8(ascii: "$"),
      !(tag.first.map { (48...57).contains($0) } ?? false)
    else { return }
    let mark = [UInt8(ascii: "$")] + tag + [UInt8(ascii: "$")]
    position = tag.endIndex + 1
    skip(to: mark)
  }
}
