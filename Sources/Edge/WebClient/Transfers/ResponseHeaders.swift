/// The header fields of a response, unparsed; names are compared without case.
///
/// A field is parsed when it is read, because most never are.
package struct ResponseHeaders: Sendable {
  /// The lines `Name: value` as they were received.
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The first value of a name.
  package subscript(name: String) -> String? {
    var place = 0
    return nextValue(of: name, from: &place)
  }

  /// All values of a name, in order.
  package func values(_ name: String) -> [String] {
    var values: [String] = []
    var place = 0
    while let value = nextValue(of: name, from: &place) { values.append(value) }
    return values
  }

  /// The next value of a name; `place` is the start of a line and moves to the start of the next
  /// one.
  private func nextValue(of name: String, from place: inout Int) -> String? {
    while place < bytes.count {
      let line = bytes[place...].prefix { $0 != UInt8(ascii: "\n") }
      place = line.endIndex + 1
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
        HTTPHeaders.isSame(line[..<colon], name.utf8)
      else { continue }
      return String(decoding: Self.trimmed(line[(colon + 1)...]), as: UTF8.self)
    }
    return nil
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
    let start = text.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex
    return start[..<end]
  }
}
