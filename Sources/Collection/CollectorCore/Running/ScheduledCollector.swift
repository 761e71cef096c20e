package import ExpositionFormat

/// A collector and how it is to be run: what configuration and registries boil down to.
package struct ScheduledCollector: Sendable {
  /// When a collector runs.
  package enum Schedule: Hashable, Sendable {
    /// With every scrape.
    case onDemand
    /// On its own interval; scrapes show the last result and its age.
    case every(Duration)
  }

  /// What a collector runs beside.
  package enum Execution: Hashable, Sendable {
    /// Beside all others, as a task on the common pool: for collectors that wait for a network.
    case concurrent
    /// One after another with the rest of the group of that name, on a thread that is left behind when a collector
    /// hangs in the kernel: for collectors that read files, where parallel reads cost more.
    case sequential(String)
  }

  /// The value of the `collector` label; unique within a runner.
  package var name: String
  /// The collector.
  package var collector: any Collector
  /// When it runs.
  package var schedule: Schedule = .onDemand
  /// What it runs beside.
  package var execution: Execution = .concurrent
  /// The longest time it may take, whatever the scrape allows.
  package var budget: Duration?
  /// Labels on all of its samples, such as `server`.
  package var constantLabels: [(name: String, value: String)] = []
  /// `node` adds `node_scrape_collector_success` and `_duration_seconds`, as that peer's dashboards want.
  package var peerPrefix: String?
  /// The value of the `collector` label in the peer's two families; `name` unless set. With several
  /// servers `name` must differ and this need not.
  package var peerName: String?
  /// The limits of its output.
  package var limits = FamilyLimits()

  /// Makes a collector that runs on demand, beside all others.
  package init(_ name: String, _ collector: any Collector) {
    self.name = name
    self.collector = collector
  }
}
