import Glibc
import MetricModel
import StorageAPI
import Synchronization
import Testing
import WebServer

@testable import RemoteWriting

/// Requests that nobody honest sends: whatever comes, the receiver answers with a status of its own and keeps only what is whole.
struct ReceiverFuzzTests {
  /// How many mutations are tried: some thousands, or as `TOCSIN_FUZZ_ROUNDS` says.
  private static let rounds =
    unsafe getenv("TOCSIN_FUZZ_ROUNDS").flatMap { unsafe Int(String(cString: $0)) } ?? 4_000

  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = bytes.count
    while rest >= 0x80 {
      length.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return [number << 3 | 2] + length + [UInt8(rest)] + bytes
  }

  private static let sample = field(2, [0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0x07])

  /// A message of each version with labels, samples, a histogram and an exemplar.
  private static let seeds: [(message: [UInt8], type: String)] = {
    var encoder = WriteRequestEncoder()
    for index in 0..<3 {
      let labels = WriteRequestEncoder.labels(["__name__": "m", "n": "\(index)"])
      encoder.add(labels, at: Timestamp(rawValue: Int64(index)), Double(index))
    }
    let histogram = field(
      1, field(1, field(1, Array("__name__".utf8)) + field(2, [0x68])) + field(4, [8, 1]))
    let symbols = ["", "__name__", "m", "a", "b"].flatMap { field(4, Array($0.utf8)) }
    let series = field(5, field(1, [1, 2, 3, 4]) + sample + field(3, [8, 1]) + field(4, [8, 1]))
    return [
      (encoder.bytes + histogram, "application/x-protobuf"),
      (symbols + series, "application/x-protobuf;proto=io.prometheus.write.v2.Request"),
    ]
  }()

  private static func respond(_ body: [UInt8], _ type: String) async throws -> HTTPResponse {
    let receiver = RemoteWriteReceiver(appender: MemoryAppender())
    return await receiver.respond(
      to: try HTTPRequest(
        method: .post, target: "/api/v1/write",
        headers: ["Content-Type": type, "Content-Encoding": "snappy"], body: body))
  }

  private static func mutated(
    _ seed: [UInt8], _ random: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = .random(in: 0...255, using: &random)
      case 1:
        bytes.insert(
          [0, 0x7f, 0x80, 0xff, 0x0a, 0x12].randomElement(using: &random) ?? 0, at: place)
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 4))
      default: bytes.removeLast(bytes.count - place - 1)
      }
    }
    return bytes
  }

  @Test func anyBytesGetAnAnswer() async throws {
    var random = SystemRandomNumberGenerator()
    for round in 0..<Self.rounds {
      let seed = Self.seeds[round % 2]
      // The message is damaged before it is compressed, or the block after it was.
      let isInside = round % 4 < 2
      let body =
        isInside
        ? SnappyBlock.compress(Self.mutated(seed.message, &random))
        : Self.mutated(SnappyBlock.compress(seed.message), &random)
      let status = try await Self.respond(body, seed.type).status
      #expect([204, 400].contains(status), "\(body)")
    }
  }

  /// Short requests that say a lot, each with the limit that ends it.
  @Test(
    arguments: [
      // A million and one empty series; as many samples of one series.
      (
        bomb: [UInt8](repeating: 0, count: 2_000_002).enumerated().map {
          $0.offset % 2 == 0 ? 10 : 0
        },
        version: 0, limit: "series of a request = 1000000"
      ),
      (
        bomb: field(
          1,
          [UInt8](repeating: 0, count: 2_000_002).enumerated().map { $0.offset % 2 == 0 ? 18 : 0 }),
        version: 0, limit: "samples of a request = 1000000"
      ),
      // A symbol of a megabyte as the value of a hundred labels.
      (
        bomb: field(4, []) + field(4, [UInt8](repeating: 97, count: 1 << 20))
          + (0..<100).flatMap { field(4, Array("l\($0)".utf8)) }
          + field(5, field(1, (0..<100).flatMap { [UInt8($0 + 2), 1] })),
        version: 1, limit: "bytes of the labels of a request"
      ),
      (
        bomb: field(4, []) + field(5, field(1, [UInt8](repeating: 0, count: 2_002))),
        version: 1, limit: "labels of a series = 1000"
      ),
    ] as [(bomb: [UInt8], version: Int, limit: String)])
  func bombsMeetALimit(bomb: [UInt8], version: Int, limit: String) async throws {
    let response = try await Self.respond(SnappyBlock.compress(bomb), Self.seeds[version].type)
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self).contains(limit))
  }

  /// A few bytes that announce 66 megabytes.
  @Test func aBlockThatIsTooLongIsRefusedBeforeMemoryIsTaken() async throws {
    let response = try await Self.respond([0x80, 0x80, 0x80, 0x21, 0, 0x61], Self.seeds[0].type)
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self).contains("over the limit of"))
  }

  /// What remote write 2.0 asks of a partial write: 400, because a repeat would change nothing, and how much of each kind was written.
  @Test func aPartialWriteTellsWhatWasWritten() async throws {
    let store = MemoryAppender()
    store.state.withLock { $0.outcome.appended = 1 }
    let receiver = RemoteWriteReceiver(appender: store)
    let response = await receiver.respond(
      to: try HTTPRequest(
        method: .post, target: "/api/v1/write",
        headers: ["Content-Type": Self.seeds[1].type, "Content-Encoding": "snappy"],
        body: SnappyBlock.compress(Self.seeds[1].message)))
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self).contains("1 native histograms"))
    for (kind, count) in [("Samples", "1"), ("Histograms", "0"), ("Exemplars", "0")] {
      #expect(response.headers["X-Prometheus-Remote-Write-\(kind)-Written"] == count)
    }
  }
}
