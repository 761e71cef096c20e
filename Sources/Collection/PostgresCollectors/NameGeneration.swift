/// A generation of metric names: postgres_exporter renamed many, and dashboards use all of them.
///
/// Where generations do not collide all are exposed; a configuration may switch some off.
package enum NameGeneration: String, Sendable, CaseIterable {
  /// Up to 0.10: counters without `_total`.
  case upTo10 = "0.10"
  /// 0.11 to 0.19: `pg_replication_slot_*`.
  case upTo19 = "0.15"
  /// 0.20 and later.
  case from20 = "0.20"
  /// The example `queries.yaml` that came with it.
  case exampleQueries = "queries.yaml"

  /// The generations exposed by default.
  package static let shownByDefault: Set<NameGeneration> = Set(allCases)
}
