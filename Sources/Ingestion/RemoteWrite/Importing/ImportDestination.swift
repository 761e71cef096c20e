import Concurrency
package import Configuration
import Codecs
import MetricModel
package import StorageAPI
package import WebClient

/// The destination of an import.
package enum ImportDestination: Sendable {
  /// A remote-write receiver, such as a running evaluator. `url` ends with `/api/v1/write`;
  /// `configuration` holds the settings of the HTTP client.
  case receiver(
    url: String, WebClient, configuration: HTTPClientConfiguration = HTTPClientConfiguration())
  /// A store that this process has opened.
  case store(any SampleAppender)

  /// How long a request is retried while the receiver does not answer or asks to wait.
  static let patience: Duration = .seconds(30)

  /// Writes samples and returns once they are durable at the destination.
  ///
  /// Returns the reason if some samples were refused; nil if all were accepted.
  ///
  /// - Throws: ``OpenMetricsImport/Failure`` if the import cannot go on.
  func write(
    _ samples: Range<Int>, of block: SampleText.Block, _ labels: [Labels], clock: TimeSource
  ) async throws(OpenMetricsImport.Failure) -> String? {
    switch self {
    case .receiver(let url, let client, let configuration):
      var encoder = WriteRequestEncoder()
      for place in samples {
        encoder.add(
          WriteRequestEncoder.labels(labels[block.series[place]]), at: block.timestamps[place],
          block.values[place])
      }
      return try await Self.send(encoder.bytes, to: url, client, configuration, clock)
    case .store(let store): return try await Self.append(samples, of: block, labels, to: store)
    }
  }

  private static func append(
    _ samples: Range<Int>, of block: SampleText.Block, _ labels: [Labels],
    to store: any SampleAppender
  ) async throws(OpenMetricsImport.Failure) -> String? {
    let used = Array(Set(block.series[samples]))
    do {
      let numbers = try await store.series(for: used.map { labels[$0] })
      let byPlace = Dictionary(uniqueKeysWithValues: zip(used, numbers))
      var batch = SampleBatch()
      for place in samples {
        guard let series = byPlace[block.series[place]] else { continue }
        batch.append(series, at: block.timestamps[place], block.values[place])
      }
      let outcome = try await store.append(batch)
      guard outcome.tooOld + outcome.duplicate > 0 else { return nil }
      return
        "\(outcome.tooOld) samples too old; \(outcome.duplicate) duplicate samples for timestamp"
    } catch {
      throw .interrupted("\(error)")
    }
  }

  private static func send(
    _ message: [UInt8], to url: String, _ client: WebClient,
    _ configuration: HTTPClientConfiguration, _ clock: TimeSource
  ) async throws(OpenMetricsImport.Failure) -> String? {
    var request = WebRequest(.post, url)
    request.setRemoteWriteBody(SnappyBlock.compress(message))
    do {
      try await configuration.apply(to: &request)
    } catch {
      throw .refused("\(error)")
    }
    let start = clock.monotonic
    var backoff = Backoff(first: .milliseconds(200), longest: .seconds(5))
    while true {
      let reason: String
      var wish: Duration?
      do {
        let response = try await client.send(request)
        if response.isSuccess { return nil }
        let text = response.text.prefix(300).split(separator: "\n").first ?? ""
        if response.status == 400 { return String(text) }
        guard response.status == 429 || response.status >= 500 else {
          throw OpenMetricsImport.Failure.refused("\(url): status \(response.status): \(text)")
        }
        reason = "status \(response.status): \(text)"
        wish = RetryAfter.duration(response.headers["Retry-After"], now: clock.now)
      } catch let failure as OpenMetricsImport.Failure {
        throw failure
      } catch {
        reason = "\(error)"
      }
      guard clock.monotonic - start < patience,
        (try? await clock.sleep(for: backoff.pauseAfterFailure(requested: wish))) != nil
      else { throw .interrupted("\(url): \(reason)") }
    }
  }
}
