package import MetricModel

/// What a query did and where its time went: the plan as a tree, with what each part measured.
///
/// Only queries with `QueryOptions.recordsProfile` have one; recording costs two looks at the clock
/// for each series and part.
package struct QueryProfile: Sendable {
  /// One part of the plan.
  package struct Node: Sendable {
    /// The part of the expression: an operator, a call, or a whole selector.
    package var title: String
    /// How it is evaluated, in words.
    package var method: String
    /// How many series it handed on.
    package var series = 0
    /// At how many instants it was evaluated.
    package var steps = 0
    /// Samples read from storage by this part alone.
    package var samplesRead = 0
    /// Time spent in it and in the parts below, planning and selection of series included.
    package var time: Duration = .zero
    /// The parts that it draws from.
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
  /// Time to plan, which selects the series and may read sides that must be known first.
  package var preparation: Duration = .zero
  /// Time to evaluate and to make the answer.
  package var evaluation: Duration = .zero
  /// Samples that this engine read from storage, each once per selector that reads it.
  package var samplesRead = 0
  /// The most samples that were held at one time, as `query.max-samples` counts them.
  package var peakSamples = 0
  /// What Prometheus calls queryable samples, by step: one for each value of an instant selector, and
  /// for a range the whole window at each step; what a subquery reads inside of it is not counted.
  package var queryableSamplesPerStep: [(time: Timestamp, count: Int)] = []
  /// What Prometheus calls read samples, by step: of each window only what the step before did not
  /// read, what `@` fixes only at the first step, and of a subquery what it reads inside of it.
  package var readSamplesPerStep: [(time: Timestamp, count: Int)] = []

  /// The sum of the queryable samples of all steps.
  package var queryableSamples: Int { queryableSamplesPerStep.reduce(0) { $0 + $1.count } }
  /// The sum of the read samples of all steps.
  package var readSamples: Int { readSamplesPerStep.reduce(0) { $0 + $1.count } }
}
