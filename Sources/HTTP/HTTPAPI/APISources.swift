package import AlertRouting
package import AlertRules
package import MetricModel
package import PromQLEngine
package import SampleStore
package import Scraping

/// The data sources of the API: snapshots of the modules whose state it shows.
package struct APISources: Sendable {
  /// Evaluates queries, and lists series through its querier.
  package var engine: QueryEngine
  /// The time of queries that give none.
  package var now: @Sendable () -> Timestamp = { .now() }
  /// The limits of a request.
  package var limits = APILimits()
  /// Counts the outcomes of queries.
  package var queryCounters = QueryCounters()
  /// The rule groups.
  package var rules: @Sendable () async -> [RuleGroupSnapshot] = { [] }
  /// The targets, scraped and dropped.
  package var targets: @Sendable () async -> ScrapeTargets = { ScrapeTargets() }
  /// The metadata of each target's metric families.
  package var metadata: @Sendable () async -> [TargetMetadata] = { [] }
  /// Labels of this evaluator; federated series get those whose name they lack.
  package var externalLabels: @Sendable () async -> Labels = { .empty }
  /// The URLs of the Alertmanagers that alerts are sent to, `/api/v2/alerts` included.
  package var alertmanagers: @Sendable () async -> [String] = { [] }
  /// Routes alerts and stores silences; without it there is no Alertmanager API.
  package var alertRouter: AlertRouter?
  /// The status of the process.
  package var status = APIStatus()

  package init(engine: QueryEngine) { self.engine = engine }
}

/// The limits of a request.
package struct APILimits: Sendable {
  /// The highest number of steps of a range query.
  package var stepsPerQuery = 11_000
  /// The highest number of queries that run at the same time; others wait.
  package var concurrentQueries = 20

  package init() {}
}

/// The status of the process.
package struct APIStatus: Sendable {
  /// The version of Tocsin.
  package var version = ""
  /// The commit it was built from.
  package var revision = ""
  /// The time of the build.
  package var buildDate = ""
  /// The start of the process.
  package var startTime = Timestamp(rawValue: 0)
  /// Its working directory.
  package var workingDirectory = ""
  /// The name of the machine.
  package var hostName = ""
  /// How long samples are stored, as text.
  package var storageRetention = ""
  /// The command-line flags by name, without dashes.
  package var flags: [String: String] = [:]
  /// The configuration in force, without secrets.
  package var configuration: @Sendable () async -> String = { "" }
  /// The notifications file in force, without secrets; empty if there is none.
  package var notificationConfiguration: @Sendable () async -> String = { "" }
  /// Whether the last reload succeeded, and when the configuration in force was read.
  package var lastReload: @Sendable () async -> (isGood: Bool, at: Timestamp) = {
    (true, Timestamp(rawValue: 0))
  }
  /// The counters of the sample store.
  package var store: @Sendable () -> SampleStoreStats = { SampleStoreStats() }
  /// The times of the first and the last stored sample; `nil` if there are none.
  package var storedTimes: @Sendable () -> ClosedRange<Timestamp>? = { nil }
  /// The metrics and labels with the most series, at most `limit` per list; `nil` without a store.
  package var cardinality: @Sendable (_ limit: Int) -> Cardinality? = { _ in nil }

  package init() {}
}
