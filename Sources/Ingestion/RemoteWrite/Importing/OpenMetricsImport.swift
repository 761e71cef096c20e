package import Concurrency

/// Brings the samples of a file to a running evaluator, to any other remote-write receiver, or into a store.
///
/// The file is read once for mistakes before anything is sent. What breaks off is simply run again: a sample that is there already is
/// not kept twice.
package struct OpenMetricsImport: Sendable {
  /// How far an import is.
  package struct Progress: Sendable, Equatable {
    package var samples = 0
    package var series = 0
    package var bytes = 0
    package var totalBytes = 0
    /// Requests in which something could not be kept, and why in the first of them.
    package var refusals = 0
    package var firstRefusal = ""

    package init() {}
  }

  /// Why an import ended early; what was sent before is kept.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(String)
    /// A line of the file; nothing was sent.
    case malformed(String)
    /// The receiver takes no such requests.
    case refused(String)
    /// Nobody answers any more.
    case interrupted(String)

    package var description: String {
      switch self {
      case .unreadable(let reason), .malformed(let reason), .refused(let reason),
        .interrupted(let reason):
        reason
      }
    }
  }

  /// How many samples are sent at a time.
  private static let samplesPerSend = 5_000

  private let destination: ImportDestination
  private let clock: TimeSource

  package init(into destination: ImportDestination, clock: TimeSource = .system) {
    self.destination = destination
    self.clock = clock
  }

  /// Imports a file; `report` hears of the progress after every request.
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
        let refusal = try await destination.keep(samples, of: block, text.labels, clock: clock)
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
