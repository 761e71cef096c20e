package import Concurrency

/// Imports the samples of a file into a running evaluator, any other remote-write receiver, or a
/// store.
///
/// The whole file is checked for mistakes before anything is sent. An interrupted import can simply
/// be run again: samples that are already there are not stored twice.
package struct OpenMetricsImport: Sendable {
  /// The progress of an import.
  package struct Progress: Sendable, Equatable {
    package var samples = 0
    package var series = 0
    package var bytes = 0
    package var totalBytes = 0
    /// The number of requests in which samples were refused, and the reason of the first one.
    package var refusals = 0
    package var firstRefusal = ""

    package init() {}
  }

  /// Why an import ended early; samples that were sent before remain stored.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(String)
    /// A line of the file is malformed; nothing was sent.
    case malformed(String)
    /// The receiver does not accept remote-write requests.
    case refused(String)
    /// The destination stopped answering.
    case interrupted(String)

    package var description: String {
      switch self {
      case .unreadable(let reason), .malformed(let reason), .refused(let reason),
        .interrupted(let reason):
        reason
      }
    }
  }

  /// The number of samples in one request.
  private static let samplesPerSend = 5_000

  private let destination: ImportDestination
  private let clock: TimeSource

  package init(into destination: ImportDestination, clock: TimeSource = .system) {
    self.destination = destination
    self.clock = clock
  }

  /// Imports a file; `report` is called with the progress after every request.
  package func run(
    _ path: String, report: (Progress) -> Void
  ) async throws(Failure) -> Progress {
    var progress = Progress()
    var check = try SampleText(path: path)
    while try check.next() != nil {}
    progress.totalBytes = check.bytesRead
    var text = try SampleText(path: path)
    while let block = try text.next() {
      var start = 0
      while start < block.series.count {
        let samples = start..<min(block.series.count, start + Self.samplesPerSend)
        let refusal = try await destination.write(samples, of: block, text.labels, clock: clock)
        if let refusal {
          if progress.refusals == 0 { progress.firstRefusal = refusal }
          progress.refusals += 1
        }
        start = samples.upperBound
        progress.samples += samples.count
        progress.series = text.labels.count
        progress.bytes = text.bytesRead
        report(progress)
      }
    }
    progress.bytes = text.bytesRead
    report(progress)
    return progress
  }
}
