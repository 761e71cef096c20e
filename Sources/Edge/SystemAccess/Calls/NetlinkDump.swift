private import CLinux
private import Glibc

/// Lists of the kernel's routing socket. The corresponding manual page is rtnetlink(7).
package enum NetlinkDump {
  /// The kind of a list.
  package enum Kind: UInt16, Sendable {
    case links = 18
    case addresses = 22
    case routes = 26
  }

  /// The maximum size of an answer in bytes; a longer one is an error (`EFBIG`).
  package static let sizeLimit = 16 << 20

  /// Reads the kernel's messages, concatenated. Waits two seconds at most.
  package static func read(_ kind: Kind) throws(SystemError) -> [UInt8] {
    let descriptor = tocsin_netlink_dump(kind.rawValue)
    guard descriptor >= 0 else { throw SystemError(call: "netlink", code: errno) }
    defer { close(descriptor) }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while answer.count < sizeLimit {
      let got = unsafe piece.withUnsafeMutableBytes { bytes in
        unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
      }
      guard got > 0 else {
        if got < 0, errno == EINTR { continue }
        throw SystemError(call: "recv", subject: "netlink", code: got == 0 ? EIO : errno)
      }
      answer.append(contentsOf: piece[..<got])
      if hasEnded(piece.span.extracting(first: got)) { return answer }
    }
    throw SystemError(call: "recv", subject: "netlink", code: EFBIG)
  }

  /// Whether a part of the answer holds the end message or an error message.
  private static func hasEnded(_ bytes: Span<UInt8>) -> Bool {
    var messages = NetlinkMessages(bytes)
    while let message = messages.next() {
      if message.kind == 3 || message.kind == 2 { return true }
    }
    return false
  }
}

/// Iterates over the messages of an answer: a header of length, kind, flags, sequence number and
/// sender, then the body.
package struct NetlinkMessages: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0

  /// A message.
  package struct Message: ~Escapable {
    /// The kind: 2 is an error, 3 the end of a list.
    package let kind: UInt16
    /// The bytes after the header.
    package let body: Span<UInt8>

    @_lifetime(copy body)
    init(kind: UInt16, body: Span<UInt8>) {
      self.kind = kind
      self.body = body
    }
  }

  /// Starts at the first message.
  @_lifetime(copy bytes)
  package init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
  }

  /// The next message; nil at the end or if the length is invalid.
  @_lifetime(copy self)
  package mutating func next() -> Message? {
    guard position + 16 <= bytes.count else { return nil }
    let length = Int(bytes.number32(at: position))
    guard length >= 16, position + length <= bytes.count else { return nil }
    let message = Message(
      kind: bytes.number16(at: position + 4),
      body: bytes.extracting((position + 16)..<(position + length)))
    position += (length + 3) & ~3
    position = min(position, bytes.count)
    return message
  }
}

/// Iterates over attributes: length and kind of 2 bytes each, then the value.
package struct NetlinkAttributes: ~Escapable {
  private let bytes: Span<UInt8>
  private var position: Int

  /// An attribute.
  package struct Attribute: ~Escapable {
    /// The kind, without flags.
    package let kind: UInt16
    /// Its bytes.
    package let value: Span<UInt8>

    @_lifetime(copy value)
    init(kind: UInt16, value: Span<UInt8>) {
      self.kind = kind
      self.value = value
    }
  }

  /// Starts after the fixed part of a message, whose size in bytes is given.
  @_lifetime(copy bytes)
  package init(_ bytes: Span<UInt8>, after fixed: Int) {
    self.bytes = bytes
    position = min(fixed, bytes.count)
  }

  /// The next attribute; nil at the end or if the length is invalid.
  @_lifetime(copy self)
  package mutating func next() -> Attribute? {
    guard position + 4 <= bytes.count else { return nil }
    let length = Int(bytes.number16(at: position))
    guard length >= 4, position + length <= bytes.count else { return nil }
    let attribute = Attribute(
      kind: bytes.number16(at: position + 2) & 0x3FFF,
      value: bytes.extracting((position + 4)..<(position + length)))
    position = min(position + (length + 3) & ~3, bytes.count)
    return attribute
  }
}

extension Span<UInt8> {
  /// Two bytes at an offset as a little-endian number.
  package func number16(at place: Int) -> UInt16 {
    UInt16(self[place]) | UInt16(self[place + 1]) << 8
  }

  /// Four bytes at an offset as a little-endian number.
  package func number32(at place: Int) -> UInt32 {
    UInt32(number16(at: place)) | UInt32(number16(at: place + 2)) << 16
  }

  /// Eight bytes at an offset as a little-endian number.
  package func number64(at place: Int) -> UInt64 {
    UInt64(number32(at: place)) | UInt64(number32(at: place + 4)) << 32
  }
}
