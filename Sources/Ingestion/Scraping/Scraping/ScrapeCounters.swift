import StorageAPI
import Synchronization

/// Counts of all scrape loops since the start of the process, for Tocsin's own metrics.
package struct ScrapeCounts: Sendable, Equatable {
  package var scrapes = 0
  package var failures = 0
  package var timeouts = 0
  package var malformed = 0
  package var bodyTooLarge = 0
  package var sampleLimitExceeded = 0
  package var labelLimitExceeded = 0
  /// Samples appended to the store.
  package var samplesAppended = 0
  package var samplesTooOld = 0
  package var samplesDuplicate = 0
  package var seriesAdded = 0

  package init() {}
}

/// The counts, shared by all loops.
final class ScrapeCounters: Sendable {
  private let counts = Mutex(ScrapeCounts())

  var current: ScrapeCounts { counts.withLock { $0 } }

  func note(_ report: ScrapeReport, stored: ScrapeWriter.Counts) {
    counts.withLock { counts in
      counts.scrapes += 1
      counts.samplesAppended += stored.outcome.appended
      counts.samplesTooOld += stored.outcome.tooOld
      counts.samplesDuplicate += stored.outcome.duplicate
      counts.seriesAdded += report.seriesAdded
      guard let failure = report.failure else { return }
      counts.failures += 1
      switch failure {
      case .timedOut: counts.timeouts += 1
      case .malformed, .noMetricName: counts.malformed += 1
      case .bodyTooLarge: counts.bodyTooLarge += 1
      case .limitReached(let limit, _, _):
        if limit == "sample_limit" {
          counts.sampleLimitExceeded += 1
        } else {
          counts.labelLimitExceeded += 1
        }
      case .unreachable, .status, .unreadableSecret, .tooManyTargets, .notStored, .cancelled: break
      }
    }
  }
}
