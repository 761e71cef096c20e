import Glibc

/// A DNS record of a kind that leads to a host or an address.
package enum DNSRecord: Sendable, Hashable {
  /// A or AAAA: a numeric address.
  case address(String)
  /// SRV: a host, without the dot at its end, and a port.
  case service(target: String, port: Int)
  /// MX: a host, without the dot at its end.
  case mailExchange(target: String)
  /// NS: a host, without the dot at its end.
  case nameServer(target: String)

  /// The record types that are read, by their numbers on the wire.
  package enum Kind: Int32, Sendable {
    case a = 1
    case ns = 2
    case mx = 15
    case aaaa = 28
    case srv = 33
  }

  /// The maximum number of records read from one answer.
  package static let limit = 10_000

  /// Reads the records of a kind from an answer. Returns nil if the bytes are no valid answer.
  package static func parse(_ message: Span<UInt8>, kind: Kind) -> [DNSRecord]? {
    var reader = Reader(message)
    guard message.count >= 12 else { return nil }
    let questions = reader.number(at: 4)
    let answers = reader.number(at: 6)
    reader.position = 12
    for _ in 0..<questions {
      guard reader.name() != nil, reader.skip(4) else { return nil }
    }
    var records: [DNSRecord] = []
    for _ in 0..<min(answers, limit) {
      guard reader.name() != nil, reader.position + 10 <= message.count else { return nil }
      let type = reader.number(at: reader.position)
      let length = reader.number(at: reader.position + 8)
      reader.position += 10
      let end = reader.position + length
      guard end <= message.count else { return nil }
      // Alias records (CNAME) before the records are skipped.
      if type == Int(kind.rawValue) {
        guard let record = reader.record(kind, length: length) else { return nil }
        records.append(record)
      }
      reader.position = end
    }
    return records
  }
}

/// Reads a DNS message, with all bounds checked.
private struct Reader: ~Escapable {
  let message: Span<UInt8>
  var position = 0

  @_lifetime(copy message)
  init(_ message: Span<UInt8>) { self.message = message }

  /// Two bytes in network order, which the caller has checked to exist.
  func number(at place: Int) -> Int { Int(message[place]) << 8 | Int(message[place + 1]) }

  mutating func skip(_ count: Int) -> Bool {
    position += count
    return position <= message.count
  }

  mutating func record(_ kind: DNSRecord.Kind, length: Int) -> DNSRecord? {
    switch kind {
    case .a:
      guard length == 4 else { return nil }
      let bytes = (0..<4).map { String(message[position + $0]) }
      return .address(bytes.joined(separator: "."))
    case .aaaa:
      guard length == 16 else { return nil }
      return .address(Self.text((0..<8).map { number(at: position + 2 * $0) }))
    case .mx:
      guard length >= 3, skip(2), let name = name() else { return nil }
      return .mailExchange(target: name)
    case .ns:
      guard length >= 1, let name = name() else { return nil }
      return .nameServer(target: name)
    case .srv:
      guard length >= 7 else { return nil }
      let port = number(at: position + 4)
      guard skip(6), let name = name() else { return nil }
      return .service(target: name, port: port)
    }
  }

  /// The text of an IPv6 address, with its longest run of zeros left out.
  private static func text(_ words: [Int]) -> String {
    var best = 0..<0
    var start = 0
    while start < 8 {
      guard words[start] == 0 else {
        start += 1
        continue
      }
      let end = words[start...].firstIndex { $0 != 0 } ?? 8
      if end - start > max(1, best.count) { best = start..<end }
      start = end
    }
    let digits = words.map { String($0, radix: 16) }
    guard !best.isEmpty else { return digits.joined(separator: ":") }
    return digits[..<best.lowerBound].joined(separator: ":") + "::"
      + digits[best.upperBound...].joined(separator: ":")
  }

  /// A name without the dot at its end. Compression pointers may only lead backwards, so that
  /// reading always ends.
  mutating func name() -> String? {
    var labels: [String] = []
    var place = position
    var lowest = position
    var hasJumped = false
    var length = 0
    while place < message.count {
      let count = Int(message[place])
      if count == 0 {
        if !hasJumped { position = place + 1 }
        return labels.joined(separator: ".")
      }
      if count >= 0xc0 {
        guard place + 1 < message.count else { return nil }
        let target = (count & 0x3f) << 8 | Int(message[place + 1])
        if !hasJumped { position = place + 2 }
        guard target < lowest else { return nil }
        hasJumped = true
        lowest = target
        place = target
        continue
      }
      guard count < 0x40, place + 1 + count <= message.count else { return nil }
      length += count + 1
      guard length <= 255 else { return nil }
      let bytes = (place + 1..<place + 1 + count).map { message[$0] }
      labels.append(String(decoding: bytes, as: UTF8.self))
      place += 1 + count
    }
    return nil
  }
}
