import Codecs
import MetricModel
import StorageAPI
import TestSupport
import Testing
import WebServer

@testable import RemoteWrite

private typealias Sample = (Labels, Int64, Double)

private func version1(_ samples: [Sample]) -> [UInt8] {
  var encoder = WriteRequestEncoder()
  for (labels, time, value) in samples {
    encoder.add(WriteRequestEncoder.labels(labels), at: Timestamp(rawValue: time), value)
  }
  return encoder.bytes
}

/// A length-delimited field of a message written by hand.
private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
  [number << 3 | 2, UInt8(bytes.count)] + bytes
}

private func request(
  _ message: [UInt8], type: String = "application/x-protobuf", encoding: String = "snappy"
) throws -> HTTPRequest {
  try HTTPRequest(
    method: .post, target: "/api/v1/write",
    headers: ["Content-Type": type, "Content-Encoding": encoding],
    body: SnappyBlock.compress(message))
}

struct RemoteWriteReceiverTests {
  private let store = MemoryAppender()

  @Test func storesOutOfOrderAndStaleSamples() async throws {
    let receiver = RemoteWriteReceiver(appender: store)
    let up: Labels = ["__name__": "up", "job": "j"]
    let late: Labels = ["__name__": "late"]
    let message = version1([
      (up, 0, 1), (up, 1_000, StaleMarker.value), (late, -5_000, .infinity), (late, 5, -0.5),
    ])
    let response = await receiver.respond(to: try request(message))
    #expect(response.status == 204)
    #expect(
      store.samples.map(\.description) == [
        #"up{job="j"} 1 @0"#, #"up{job="j"} stale @1000"#, "late +Inf @-5000", "late -0.5 @5",
      ])
  }

  @Test func readsVersion2WithSymbolsPackedOrNot() async throws {
    let receiver = RemoteWriteReceiver(appender: store)
    let symbols = ["", "__name__", "m", "a", "b"].flatMap { field(4, Array($0.utf8)) }
    let sample = field(2, [0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0x07])
    let packed = field(5, field(1, [1, 2, 3, 4]) + sample)
    let single = field(5, [0x08, 1, 0x08, 2] + sample)
    let response = await receiver.respond(
      to: try request(
        packed + symbols + single,
        type: "application/x-protobuf;proto=io.prometheus.write.v2.Request"))
    #expect(response.status == 204)
    #expect(response.headers["X-Prometheus-Remote-Write-Samples-Written"] == "2")
    #expect(
      store.samples.map(\.description)
        == [#"m{a="b"} 2 @7"#, "m 2 @7"])
  }

  @Test func refusesWhatCannotBeStored() async throws {
    let receiver = RemoteWriteReceiver(appender: store)
    let message = version1([(["__name__": "m"], 1, 1)])
    let nameless = version1([(["a": "b"], 1, 1), (["__name__": "good"], 1, 1)])
    #expect(await receiver.respond(to: try request(nameless)).status == 400)
    #expect(store.samples.count == 1)
    #expect(await receiver.respond(to: try request(message, type: "text/plain")).status == 415)
    #expect(await receiver.respond(to: try request(message, encoding: "gzip")).status == 415)
    #expect(await receiver.respond(to: try request([0x0a, 0xff])).status == 400)
    let unknown = "application/x-protobuf;proto=other.Request"
    #expect(await receiver.respond(to: try request(message, type: unknown)).status == 415)
    store.adjustOutcomes { $0.duplicate = 1 }
    #expect(await receiver.respond(to: try request(message)).status == 400)
    store.fail(with: .failed("no"))
    #expect(await receiver.respond(to: try request(message)).status == 500)
    #expect(receiver.received.requests == 7)
    #expect(receiver.received.refused == 7)
  }
}
