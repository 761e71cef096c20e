/// The limits and defaults of a query.
package struct QueryOptions: Sendable {
  /// The lookback delta in milliseconds: how old the newest sample of an instant vector may be; a
  /// sample exactly that old is not used.
  package var lookback: Int64 = 5 * 60_000
  /// The default step of subqueries, in milliseconds.
  package var subqueryStep: Int64 = 60_000
  /// The most samples that a query may hold in memory at any one time.
  package var maxSamples = 50_000_000
  /// The longest time that a query may run; `nil` for no limit.
  package var timeout: Duration? = .seconds(120)
  /// Whether the result comes with a `QueryProfile`.
  package var recordsProfile = false

  /// The defaults of Prometheus.
  package init() {}
}
