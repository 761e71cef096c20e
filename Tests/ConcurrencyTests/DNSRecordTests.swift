import TestSupport
import Testing

@testable import Concurrency

/// A message with one question for `n.` and the records given, each with a pointer to the
/// question's name.
private func message(_ records: [(type: UInt8, data: [UInt8])]) -> [UInt8] {
  var bytes: [UInt8] = [0, 1, 0x81, 0x80, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
  bytes += [1, UInt8(ascii: "n"), 0, 0, 1, 0, 1]
  for (type, data) in records {
    bytes += [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
  }
  return bytes
}

struct DNSRecordTests {
  @Test func readsRecordsOfEachKind() {
    let host: [UInt8] = [2, UInt8(ascii: "d"), UInt8(ascii: "b"), 0xc0, 12]
    let all = message([
      (1, [192, 0, 2, 7]), (28, [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]),
      (33, [0, 1, 0, 2, 0x23, 0xe3] + host), (15, [0, 10] + host), (5, host),
      (2, host),
    ])
    #expect(DNSRecord.parse(all.span, kind: .a) == [.address("192.0.2.7")])
    #expect(DNSRecord.parse(all.span, kind: .aaaa) == [.address("2001:db8::1")])
    #expect(DNSRecord.parse(all.span, kind: .srv) == [.service(target: "db.n", port: 9187)])
    #expect(DNSRecord.parse(all.span, kind: .ns) == [.nameServer(target: "db.n")])
    #expect(DNSRecord.parse(all.span, kind: .mx) == [.mailExchange(target: "db.n")])
  }

  @Test func refusesPointersThatLeadInCircles() {
    var bytes = message([(33, [0, 1, 0, 2, 0, 80, 0xc0, 0])])
    bytes[bytes.count - 1] = UInt8(bytes.count - 2)
    #expect(DNSRecord.parse(bytes.span, kind: .srv) == nil)
  }

  @Test func survivesAnyBytes() {
    var random = RepeatableRandom(seed: 1)
    let good = message([(33, [0, 1, 0, 2, 0, 80, 1, 97, 0xc0, 12]), (1, [1, 2, 3, 4])])
    for _ in 0..<4_000 {
      var bytes = good
      for _ in 0..<3 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      for kind in [DNSRecord.Kind.a, .aaaa, .srv, .mx, .ns] {
        _ = DNSRecord.parse(bytes.span, kind: kind)
      }
    }
  }
}
