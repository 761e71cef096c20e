import Codecs
import Logging
import MetricModel
package import StorageAPI
import Synchronization
package import WebServer

/// Receives samples by remote write 1.0 and 2.0 at `/api/v1/write`.
///
/// Answers as Prometheus does: 204 when everything is stored; 400 when a part of the request can
/// never be stored, after storing the rest; 415 when the type or encoding of the message is not
/// supported; 500 when the sender should retry.
package final class RemoteWriteReceiver: Sendable {
  /// The maximum size of a decompressed request, in bytes.
  package static let bodyLimit = 64 << 20

  private let appender: any SampleAppender
  private let logger = Logger(label: "remote-write")
  private let counts = Mutex(ReceivedCounts())

  package init(appender: any SampleAppender) { self.appender = appender }

  /// What was received since the start of the process.
  package var received: ReceivedCounts { counts.withLock { $0 } }

  /// Registers the endpoint.
  package func register(in router: inout Router) {
    router.post("/api/v1/write") { await self.respond(to: $0) }
  }

  /// Stores the samples of one request.
  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    counts.withLock { $0.requests += 1 }
    let outcome = await outcome(of: request)
    counts.withLock { $0.note(outcome) }
    var response = outcome.refusal.map { HTTPResponse.text($0.text + "\n", status: $0.status) }
    if response?.status == 500, let text = outcome.refusal?.text {
      logger.error("received samples were not stored", metadata: ["reason": "\(text)"])
    }
    if outcome.message == .version2 {
      response = response ?? HTTPResponse(status: 204)
      response?.headers["X-Prometheus-Remote-Write-Samples-Written"] = "\(outcome.stored)"
      response?.headers["X-Prometheus-Remote-Write-Histograms-Written"] = "0"
      response?.headers["X-Prometheus-Remote-Write-Exemplars-Written"] = "0"
    }
    return response ?? HTTPResponse(status: 204)
  }

  private func outcome(of request: HTTPRequest) async -> Outcome {
    guard let message = Self.message(of: request.headers["Content-Type"]) else {
      return Outcome(
        refusal: (415, "unsupported content type, write application/x-protobuf"))
    }
    var outcome = Outcome(message: message)
    let encoding = request.headers["Content-Encoding"]?.lowercased() ?? "snappy"
    guard encoding == "snappy" || encoding.isEmpty else {
      outcome.refusal = (415, "unsupported content encoding \"\(encoding)\", write snappy")
      return outcome
    }
    let decoded: WriteRequest
    do {
      let body = try SnappyBlock.decompress(request.body.span, limit: Self.bodyLimit)
      decoded = try WriteRequestDecoder.decode(body.span, as: message)
    } catch {
      outcome.refusal = (400, String(describing: error))
      return outcome
    }
    await store(decoded, &outcome)
    return outcome
  }

  private func store(_ request: WriteRequest, _ outcome: inout Outcome) async {
    let stored: AppendOutcome
    do {
      stored = try await append(request)
    } catch .limitReached(let limit, let value) {
      // An immediate retry would meet the same limit, but series end over time: 429 makes the
      // sender wait.
      outcome.refusal = (429, "limit reached: \(limit) = \(value)")
      return
    } catch {
      outcome.refusal = (500, String(describing: error))
      return
    }
    outcome.stored = stored.appended
    outcome.tooOld = stored.tooOld
    outcome.duplicate = stored.duplicate
    outcome.refusal = Self.refusal(of: request, stored)
  }

  /// Appends all samples. Series that the store has forgotten meanwhile are registered once more.
  private func append(_ request: WriteRequest) async throws(StorageError) -> AppendOutcome {
    guard !request.series.isEmpty else { return AppendOutcome() }
    var numbers = try await appender.series(for: request.series)
    var outcome = try await appender.append(Self.batch(of: request.samples, numbers))
    let forgotten = Set(outcome.unknownSeries)
    guard !forgotten.isEmpty else { return outcome }
    let again = request.samples.filter { forgotten.contains(numbers[$0.series]) }
    numbers = try await appender.series(for: request.series)
    let second = try await appender.append(Self.batch(of: again, numbers))
    outcome.appended += second.appended
    outcome.tooOld += second.tooOld
    outcome.duplicate += second.duplicate
    return outcome
  }

  private static func batch(
    of samples: [WriteRequest.Sample], _ numbers: [SeriesID]
  ) -> SampleBatch {
    var batch = SampleBatch()
    batch.reserveCapacity(samples.count)
    for sample in samples {
      batch.append(numbers[sample.series], at: sample.timestamp, sample.value)
    }
    return batch
  }

  private static func refusal(
    of request: WriteRequest, _ stored: AppendOutcome
  ) -> (status: Int, text: String)? {
    var reasons: [String] = []
    if request.refusedSeries > 0 {
      reasons.append("\(request.refusedSeries) series refused: \(request.firstRefusal)")
    }
    if stored.tooOld > 0 { reasons.append("\(stored.tooOld) samples too old") }
    if stored.duplicate > 0 {
      reasons.append("\(stored.duplicate) duplicate samples for timestamp")
    }
    if request.histograms > 0 {
      reasons.append("\(request.histograms) native histograms, which are not supported")
    }
    return reasons.isEmpty ? nil : (400, reasons.joined(separator: "; "))
  }

  /// The message type that a content type announces; nil if it is not supported.
  private static func message(of contentType: String?) -> WriteRequestDecoder.Message? {
    guard let contentType, !contentType.isEmpty else { return .version1 }
    var parts = contentType.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\"" } }
    guard parts.removeFirst().lowercased() == "application/x-protobuf" else { return nil }
    for part in parts where part.lowercased().hasPrefix("proto=") {
      return WriteRequestDecoder.Message(rawValue: String(part.dropFirst(6)))
    }
    return .version1
  }
}

/// The outcome of one request.
private struct Outcome {
  var message: WriteRequestDecoder.Message?
  var refusal: (status: Int, text: String)?
  var stored = 0
  var tooOld = 0
  var duplicate = 0

  init(message: WriteRequestDecoder.Message? = nil, refusal: (Int, String)? = nil) {
    self.message = message
    self.refusal = refusal
  }
}

/// What was received since the start of the process, for Tocsin's own metrics.
package struct ReceivedCounts: Sendable, Equatable {
  package var requests = 0
  /// Requests with an answer other than 204.
  package var refused = 0
  package var samples = 0
  package var tooOld = 0
  package var duplicate = 0

  package init() {}

  fileprivate mutating func note(_ outcome: Outcome) {
    if outcome.refusal != nil { refused += 1 }
    samples += outcome.stored
    tooOld += outcome.tooOld
    duplicate += outcome.duplicate
  }
}
