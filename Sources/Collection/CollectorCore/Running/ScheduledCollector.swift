package import ExpositionFormat

/// A collector and how it runs, as registries and configuration define it.
package struct ScheduledCollector: Sendable {
  /// When a collector runs.
  package enum Schedule: Hashable, Sendable {
    /// With every scrape.
    case onDemand
    /// On its own interval; scrapes show the last result and its age.
    case every(Duration)
  }

  /// The execution group of a collector.
  package enum Execution: Hashable, Sendable {
    /// Concurrently with all others, as a task on the cooperative pool: for collectors that wait
    /// for a network.
    case concurrent
    /// One after another with the collectors of the group of that name, on a thread that is
    /// abandoned when a collector hangs in the kernel: for collectors that read files, where
    /// parallel reads cost more.
    case sequential(String)
  }

  /// The value of the `collector` label; unique within a runner.
  package var name: String
  /// The collector.
  package var collector: any Collector
  /// When it runs.
  package var schedule: Schedule = .onDemand
  /// How it runs beside other collectors.
  package var execution: Execution = .concurrent
  /// The maximum time of a run, independent of the scrape's budget.
  package var budget: Duration?
  /// Labels added to all of its samples, such as `server`.
  package var constantLabels: [(name: String, value: String)] = []
  /// `node` adds `node_scrape_collector_success` and `node_scrape_collector_duration_seconds`,
  /// which the dashboards of node_exporter use.
  package var referencePrefix: String?
  /// The value of the `collector` label in the reference exporter's two families; `name` by
  /// default. With several servers `name` must differ and this may be the same.
  package var referenceName: String?
  /// The limits of its output.
  package var limits = FamilyLimits()

  /// Makes a collector that runs on demand, concurrently with all others.
  package init(_ name: String, _ collector: any Collector) {
    self.name = name
    self.collector = collector
  }
}
