/// Both ends of the contents of a compressed file.
package struct DecompressedEdges: Sendable, Hashable {
  /// The number of bytes that are retained of each end.
  package static let length = 512

  /// The first bytes.
  package private(set) var head: [UInt8] = []
  /// The last bytes.
  package private(set) var tail: [UInt8] = []
  /// The length of the contents in bytes.
  package private(set) var count: Int64 = 0

  init() {
    head.reserveCapacity(Self.length)
    tail.reserveCapacity(2 * Self.length)
  }

  /// Adds the next bytes of the contents.
  mutating func append(_ bytes: Span<UInt8>) {
    count += Int64(bytes.count)
    for index in 0..<min(bytes.count, Self.length - head.count) { head.append(bytes[index]) }
    let news = min(bytes.count, Self.length)
    tail.removeFirst(max(0, tail.count + news - Self.length))
    for index in (bytes.count - news)..<bytes.count { tail.append(bytes[index]) }
  }
}
