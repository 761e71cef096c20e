/// The limits and defaults of a query.
package struct QueryOptions: Sendable {
  /// How old a sample may be to stand for "now", in milliseconds; a sample exactly so old is gone.
  package var lookback: Int64 = 5 * 60_000
  /// The distance of a subquery's instants where none is written, in milliseconds.
  package var subqueryStep: Int64 = 60_000
  /// How many samples a query may hold at any one time.
  package var maxSamples = 50_000_000
  /// How long a query may run; nil for as long as it takes.
  package var timeout: Duration? = .seconds(120)
  /// Whether the answer comes with a `QueryProfile`.
  package var recordsProfile = false

  /// The defaults of Prometheus.
  package init() {}
}
