package import MetricModel

/// What a query did and where its time went: the plan as a tree, with the measurements of each
/// part.
///
/// Only queries with `QueryOptions.recordsProfile` have one; recording costs two readings of the
/// clock for each series and part.
package struct QueryProfile: Sendable {
  /// One part of the plan.
  package struct Node: Sendable {
    /// The part of the expression: an operator, a call, or a whole selector.
    package var title: String
    /// How it is evaluated, in words.
    package var method: String
    /// The number of series that it yielded.
    package var series = 0
    /// The number of instants at which it was evaluated.
    package var steps = 0
    /// Samples read from storage by this part alone.
    package var samplesRead = 0
    /// Time spent in it and in the parts below, including planning and selecting series.
    package var time: Duration = .zero
    /// The parts that it reads from.
    package var children: [Node] = []

    /// Time spent in this part alone.
    package var ownTime: Duration {
      children.reduce(time) { $0 - $1.time }
    }
  }

  /// The plan; no root for an expression without series, such as `1 + 2`.
  package var roots: [Node] = []
  /// How many instants the query has.
  package var steps = 0
  /// The time for planning, which selects the series and may read operands that must be known
  /// first.
  package var preparation: Duration = .zero
  /// The time for evaluating and building the result.
  package var evaluation: Duration = .zero
  /// Samples read from storage, each once per selector that reads it.
  package var samplesRead = 0
  /// The most samples held in memory at one time, as `query.max-samples` counts them.
  package var peakSamples = 0
  /// Prometheus' queryable samples by step: one for each value of an instant selector, and for a
  /// range the whole window at each step; what is read inside a subquery is not counted.
  package var queryableSamplesPerStep: [(time: Timestamp, count: Int)] = []
  /// Prometheus' read samples by step: of each window only what the previous step did not read,
  /// what `@` pins only at the first step, and of a subquery what is read inside it.
  package var readSamplesPerStep: [(time: Timestamp, count: Int)] = []

  /// The sum of the queryable samples of all steps.
  package var queryableSamples: Int { queryableSamplesPerStep.reduce(0) { $0 + $1.count } }
  /// The sum of the read samples of all steps.
  package var readSamples: Int { readSamplesPerStep.reduce(0) { $0 + $1.count } }
}
