import Codecs
import MetricModel
import StorageAPI
import Synchronization
import TestSupport
import Testing
import WebServer

@testable import RemoteWrite

/// For arbitrary request bodies, the receiver answers with a status of its own and stores only
/// valid samples.
@Suite(.timeLimit(.minutes(60)))
struct ReceiverFuzzTests {
  private static let plan = FuzzPlan(count: 10_000)
  /// Byte sequences with a meaning in protobuf or snappy.
  private static let words: [[UInt8]] = [
    [0x0a], [0x12], [0x22], [0x2a], [0x09], [0x10], [0x00], [0x7f], [0x80], [0xff], [0xff, 0x01],
    [0x80, 0x80, 0x80, 0x80, 0x08], [UInt8](repeating: 0xff, count: 9) + [0x01], [0x0a, 0x00],
    [0x12, 0x00], [0x2a, 0x00], [0xf0], [0xf4], [0xfc], [0xfe, 0xff], Array("__name__".utf8),
    [2, 0, 0, 0, 0, 0, 0xf0, 0x7f], [0, 0, 0, 0, 0, 0, 0xf0, 0xff],
  ]

  /// The corpus: requests recorded from Debian's Prometheus, and messages and blocks written by
  /// hand.
  private static func corpus() throws -> [(name: String, bytes: [UInt8])] {
    try FuzzPlan.corpus(in: FuzzPlan.folder(beside: #filePath))
  }

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

  /// The totals of all inputs.
  private struct Tally {
    var blocks = 0
    var messages = 0
    var samples = 0
    var refused = 0
  }

  @Test func mutatedInputIsDecodedOrRefused() throws {
    let corpus = try Self.corpus()
    #expect(corpus.count > 25)
    let blocks = corpus.map { entry in
      entry.name.hasSuffix(".snappy") ? entry.bytes : SnappyBlock.compress(entry.bytes)
    }
    let messages = corpus.compactMap { entry in
      entry.name.hasSuffix(".snappy")
        ? try? SnappyBlock.decompress(entry.bytes.span, limit: 1 << 20) : entry.bytes
    }
    var tally = Tally()
    for seed in Self.plan.seeds {
      var mutator = ByteMutator(seed: seed)
      if seed % 2 == 0 {
        Self.unpack(mutator.bytes(of: blocks, words: Self.words), "seed \(seed)", &tally)
      } else {
        let message =
          seed % 4 == 1
          ? Self.framed(&mutator, depth: 3) : mutator.bytes(of: messages, words: Self.words)
        Self.decode(message, mutator.roll(2) == 0 ? .version1 : .version2, "seed \(seed)", &tally)
      }
    }
    print(
      "\(Self.plan.seeds.count) requests: \(tally.blocks) blocks, \(tally.messages) messages with "
        + "\(tally.samples) samples read, \(tally.refused) refused")
    #expect(tally.blocks > Self.plan.seeds.count / 50)
    #expect(tally.samples > Self.plan.seeds.count / 40, "the inputs are to get into the messages")
    #expect(tally.refused > Self.plan.seeds.count / 10)
  }

  /// The unchanged corpus: inputs whose name begins with `bad` are refused, the others are read.
  @Test func theCorpusItselfIsReadOrRefused() throws {
    for (name, bytes) in try Self.corpus() {
      var tally = Tally()
      if name.hasSuffix(".snappy") {
        Self.unpack(bytes, name, &tally)
      } else {
        Self.decode(bytes, name.hasSuffix(".v1") ? .version1 : .version2, name, &tally)
      }
      #expect((tally.refused > 0) == name.hasPrefix("bad-"), "\(name)")
    }
  }

  /// A readable block has the announced length, and its content survives compression and
  /// decompression.
  private static func unpack(_ block: [UInt8], _ origin: String, _ tally: inout Tally) {
    let limit = 1 << 20
    let content: [UInt8]
    do {
      content = try SnappyBlock.decompress(block.span, limit: limit)
    } catch {
      tally.refused += 1
      return
    }
    tally.blocks += 1
    let packed = SnappyBlock.compress(content)
    if content.count > limit || (try? SnappyBlock.decompress(packed.span, limit: limit)) != content
    {
      Issue.record("\(origin): \(block) does not survive")
    }
    var inside = Tally()
    decode(content, .version1, origin, &inside)
    tally.messages += inside.messages
    tally.samples += inside.samples
  }

  /// A message with valid framing and random content.
  private static func framed(_ mutator: inout ByteMutator, depth: Int) -> [UInt8] {
    var message: [UInt8] = []
    for _ in 0...mutator.roll(depth == 0 ? 2 : 4) {
      let number = UInt8(1 + mutator.roll(depth == 0 ? 2 : 6))
      switch mutator.roll(8) {
      case 0: message += [number << 3, UInt8(mutator.roll(128))]
      case 1: message += [number << 3 | 1] + (0..<8).map { _ in UInt8(mutator.roll(256)) }
      case 2: message += field(number, words[mutator.roll(words.count)])
      case 3: message += sample
      case 4: message += field(1, field(1, Array("__name__".utf8)) + field(2, Array("m".utf8)))
      default:
        let texts = ["", "__name__", "m", "a", "b"]
        message += field(
          number,
          depth == 0
            ? Array(texts[mutator.roll(texts.count)].utf8) : framed(&mutator, depth: depth - 1))
      }
    }
    return message
  }

  /// A readable message has valid series, and its samples survive encoding and decoding.
  private static func decode(
    _ bytes: [UInt8], _ version: WriteRequestDecoder.Message, _ origin: String,
    _ tally: inout Tally
  ) {
    let request: WriteRequest
    do {
      request = try WriteRequestDecoder.decode(bytes.span, as: version)
    } catch {
      tally.refused += 1
      return
    }
    tally.messages += 1
    tally.samples += request.samples.count
    var encoder = WriteRequestEncoder()
    for sample in request.samples {
      guard request.series.indices.contains(sample.series) else {
        Issue.record("\(origin): a sample of no series in \(bytes)")
        return
      }
      let labels = request.series[sample.series]
      if labels.metricName == nil { Issue.record("\(origin): \(labels) in \(bytes)") }
      encoder.add(WriteRequestEncoder.labels(labels), at: sample.timestamp, sample.value)
    }
    let written = encoder.bytes
    let again = try? WriteRequestDecoder.decode(written.span, as: .version1)
    let isSame =
      again.map { again in
        again.samples.count == request.samples.count
          && zip(again.samples, request.samples).allSatisfy { one, other in
            one.timestamp == other.timestamp && one.value.bitPattern == other.value.bitPattern
              && again.series[one.series] == request.series[other.series]
          }
      } ?? false
    if !isSame { Issue.record("\(origin): \(bytes) does not survive") }
  }

  /// Fewer of the same inputs through the whole receiver, which answers each.
  @Test func anyBytesGetAnAnswer() async throws {
    let corpus = Self.seeds.map(\.message)
    for round in 0..<4_000 {
      var mutator = ByteMutator(seed: UInt64(round))
      // The message is damaged before compression, or the block after it.
      let body =
        round % 4 < 2
        ? SnappyBlock.compress(mutator.bytes(of: corpus, words: Self.words))
        : mutator.bytes(of: corpus.map { SnappyBlock.compress($0) }, words: Self.words)
      let status = try await Self.respond(body, Self.seeds[round % 2].type).status
      #expect([204, 400].contains(status), "seed \(round)")
    }
  }

  /// Short requests that expand to large ones, each with the limit that refuses it.
  @Test(
    arguments: [
      // A million and one empty series, and as many samples of one series.
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
  func requestsThatExpandAreLimited(bomb: [UInt8], version: Int, limit: String) async throws {
    let response = try await Self.respond(SnappyBlock.compress(bomb), Self.seeds[version].type)
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self).contains(limit))
  }

  /// A few bytes that announce 66 MB.
  @Test func aBlockThatIsTooLongIsRefusedBeforeAllocation() async throws {
    let response = try await Self.respond([0x80, 0x80, 0x80, 0x21, 0, 0x61], Self.seeds[0].type)
    #expect(response.status == 400)
    #expect(String(decoding: response.body, as: UTF8.self).contains("over the limit of"))
  }

  /// Remote write 2.0 requires for a partial write: status 400, because a repetition would change
  /// nothing, and the number of written samples, histograms and exemplars.
  @Test func aPartialWriteReportsWhatWasWritten() async throws {
    let store = MemoryAppender()
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
