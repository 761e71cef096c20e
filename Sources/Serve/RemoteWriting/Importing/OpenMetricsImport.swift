import ExpositionFormat
import MetricModel
package import WebClient

/// Sends the samples of an OpenMetrics file to a remote-write receiver, such as a running evaluator.
package struct OpenMetricsImport: Sendable {
  /// How far an import is.
  package struct Progress: Sendable, Equatable {
    package var samples = 0
    package var series = 0
    package var bytes = 0
    package var totalBytes = 0

    package init() {}
  }

  /// Why an import ended early; what was sent before is kept.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    case noTime(line: Int)
    /// The answer of the receiver.
    case refused(String)

    package var description: String {
      switch self {
      case .malformed(let reason): reason
      case .noTime(let line): "line \(line): a sample without a time cannot be imported"
      case .refused(let reason): reason
      }
    }
  }

  /// How many samples go into one request.
  private static let samplesPerSend = 5_000

  private let url: String
  private let client: WebClient

  /// `url` is the receiver's, `/api/v1/write` included.
  package init(url: String, client: WebClient) {
    self.url = url
    self.client = client
  }

  /// Imports a text that ends with `# EOF`. It is read once for mistakes before anything is sent.
  ///
  /// `report` hears of the progress after every request.
  package func run(
    _ text: [UInt8], report: (Progress) -> Void
  ) async throws(Failure) -> Progress {
    var check = Reader(position: 0)
    while try check.read(text, most: .max, into: nil) {}
    var progress = Progress()
    progress.totalBytes = text.count
    var reader = Reader(position: 0)
    var isMore = true
    while isMore {
      var encoder = WriteRequestEncoder()
      isMore = try reader.read(text, most: Self.samplesPerSend) { labels, time, value in
        encoder.add(labels, at: time, value)
      }
      if encoder.count > 0 { try await send(encoder) }
      progress.samples += encoder.count
      progress.series = reader.series.count
      progress.bytes = isMore ? reader.position : text.count
      report(progress)
    }
    return progress
  }

  private func send(_ encoder: WriteRequestEncoder) async throws(Failure) {
    var request = WebRequest(.post, url)
    request.headers["Content-Type"] = "application/x-protobuf"
    request.headers["Content-Encoding"] = "snappy"
    request.headers["X-Prometheus-Remote-Write-Version"] = "0.1.0"
    request.body = SnappyBlock.compress(encoder.bytes)
    let response: WebResponse
    do {
      response = try await client.send(request)
    } catch {
      throw .refused("\(error)")
    }
    guard response.isSuccess else {
      throw .refused("status \(response.status): \(response.text.prefix(300))")
    }
  }

  /// Stands between two lines of the text.
  private struct Reader {
    var position: Int
    var line = 0
    /// The labels on the wire by the bytes of a series.
    var series: [[UInt8]: [UInt8]] = [:]

    init(position: Int) { self.position = position }

    /// Reads so many samples; whether there may be more.
    mutating func read(
      _ text: [UInt8], most: Int, into take: (([UInt8], Timestamp, Double) -> Void)?
    ) throws(Failure) -> Bool {
      let rest = text.span.extracting(position..<text.count)
      var parser = ExpositionParser(rest, format: .openMetrics)
      var count = 0
      while count < most {
        let entry: ExpositionEntry?
        do {
          entry = try parser.next()
        } catch {
          let place = ExpositionError(
            line: line + parser.line, expected: error.expected, found: error.found)
          throw .malformed("\(place)")
        }
        guard let entry else { return false }
        guard case .sample(let sample) = entry else { continue }
        guard let time = sample.timestamp else { throw .noTime(line: line + parser.line) }
        let bytes = sample.series.map { rest[$0] }
        if series[bytes] == nil {
          do {
            let labels = try ParsedLabels(parsing: bytes.span).labels
            series[bytes] = WriteRequestEncoder.labels(labels)
          } catch {
            throw .malformed("line \(line + parser.line): \(error)")
          }
        }
        take?(series[bytes] ?? [], time, sample.value)
        count += 1
      }
      position += parser.position
      line += parser.line
      return true
    }
  }
}
