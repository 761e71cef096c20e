import ArgumentParser
import EvaluatorService

/// The flags of `tocsin evaluator` that limit queries.
struct QueryLimits: ParsableArguments {
  @Option(name: .customLong("query.timeout"), help: "How long a query may run, as 2m.")
  var timeout = "2m"

  @Option(
    name: .customLong("query.max-samples"), help: "How many samples a query may hold in memory.")
  var maxSamples = 50_000_000

  @Option(
    name: .customLong("query.max-concurrency"),
    help: "How many queries of the API run at the same time; others wait.")
  var maxConcurrency = 20

  @Option(
    name: .customLong("query.lookback-delta"),
    help: "How old the newest sample of a series may be to stand for its value.")
  var lookback = "5m"

  /// Sets the limits in the options.
  func apply(to options: inout EvaluatorOptions) throws {
    try options.limitQueries(
      timeout: timeout, lookback: lookback, samples: maxSamples, concurrency: maxConcurrency)
  }
}
