package import MetricModel
import Synchronization

/// What is known of one target, written by its loop and read by whoever asks.
final class TargetStatus: Sendable {
  /// How a loop ends.
  enum Ending { case shutdown, replaced, removed }

  struct State {
    var health = TargetHealth.unknown
    var lastError = ""
    var lastScrape: Timestamp?
    var lastDurationSeconds = 0.0
    var metadata: [String: FamilyMetadata] = [:]
    /// Why every scrape of the target fails without being tried.
    var forcedFailure: ScrapeFailure?
    var ending = Ending.shutdown
  }

  let target: ScrapeTarget
  let state = Mutex(State())

  init(target: ScrapeTarget) { self.target = target }

  /// Notes what came of a scrape and returns what came of the one before.
  func note(
    _ report: ScrapeReport, metadata: [String: FamilyMetadata]?
  ) -> (health: TargetHealth, lastError: String) {
    state.withLock { state in
      let before = (state.health, state.lastError)
      state.health = report.isUp ? .up : .down
      state.lastError = report.failure.map(String.init(describing:)) ?? ""
      state.lastScrape = report.time
      state.lastDurationSeconds = report.durationSeconds
      if let metadata { state.metadata = metadata }
      return before
    }
  }

  var snapshot: TargetSnapshot {
    state.withLock { state in
      TargetSnapshot(
        target: target, health: state.health, lastError: state.lastError,
        lastScrape: state.lastScrape, lastDurationSeconds: state.lastDurationSeconds)
    }
  }
}

/// Whether the last scrape of a target was good.
package enum TargetHealth: String, Sendable {
  case unknown, up, down
}

/// A target as /api/v1/targets shows it.
package struct TargetSnapshot: Sendable, Equatable {
  /// The target, with its labels, URL and intervals.
  package let target: ScrapeTarget
  /// Whether the last scrape was good.
  package let health: TargetHealth
  /// Why it was not; empty if it was.
  package let lastError: String
  /// When it was; nil before the first.
  package let lastScrape: Timestamp?
  /// How long it took.
  package let lastDurationSeconds: Double
}

/// All targets of a scheduler at one moment.
package struct ScrapeTargets: Sendable {
  /// The targets that are scraped, sorted by job and URL.
  package var active: [TargetSnapshot] = []
  /// The targets that are not, at most as many of a job as its `keep_dropped_targets` says.
  package var dropped: [DroppedTarget] = []
  /// How many targets relabelling dropped, by job; every job is there.
  package var droppedCounts: [String: Int] = [:]

  package init() {}

  init(active: [TargetSnapshot], dropped: [DroppedTarget], droppedCounts: [String: Int]) {
    self.active = active
    self.dropped = dropped
    self.droppedCounts = droppedCounts
  }
}
