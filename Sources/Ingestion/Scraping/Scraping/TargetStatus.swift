package import MetricModel
import Synchronization

/// The state of one target, written by its loop and read by the API.
final class TargetStatus: Sendable {
  /// How a loop ends.
  enum Ending { case shutdown, replaced, removed }

  struct State {
    var health = TargetHealth.unknown
    var lastError = ""
    var lastScrape: Timestamp?
    var lastDurationSeconds = 0.0
    var metadata: [String: FamilyMetadata] = [:]
    /// The reason for which every scrape of the target fails without being tried.
    var forcedFailure: ScrapeFailure?
    var ending = Ending.shutdown
  }

  let target: ScrapeTarget
  let state = Mutex(State())

  init(target: ScrapeTarget) { self.target = target }

  /// Stores the result of a scrape and returns the health and error before it.
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

/// The result of a target's last scrape.
package enum TargetHealth: String, Sendable {
  case unknown, up, down
}

/// A target as /api/v1/targets shows it.
package struct TargetSnapshot: Sendable, Equatable {
  /// The target, with its labels, URL and intervals.
  package let target: ScrapeTarget
  /// The result of the last scrape.
  package let health: TargetHealth
  /// The error of the last scrape; empty if it succeeded.
  package let lastError: String
  /// The time of the last scrape; nil before the first.
  package let lastScrape: Timestamp?
  /// The duration of the last scrape, in seconds.
  package let lastDurationSeconds: Double
}

/// All targets of a scheduler at one moment.
package struct ScrapeTargets: Sendable {
  /// The scraped targets, sorted by job and URL.
  package var active: [TargetSnapshot] = []
  /// The dropped targets, at most `keep_dropped_targets` per job.
  package var dropped: [DroppedTarget] = []
  /// The number of targets that relabelling dropped, by job; every job has an entry.
  package var droppedCounts: [String: Int] = [:]

  package init() {}

  init(active: [TargetSnapshot], dropped: [DroppedTarget], droppedCounts: [String: Int]) {
    self.active = active
    self.dropped = dropped
    self.droppedCounts = droppedCounts
  }
}
