import PromQLSyntax
import StorageAPI

/// A node of a plan that yields a range vector: all samples of its windows, one series at a time.
protocol WindowSource: AnyObject {
  /// The series of the columns, in the order in which they come.
  var heads: SeriesHeads { get }
  /// The windows over the columns.
  var grid: WindowGrid { get }
  /// How the windows' edges are treated.
  var edges: RangeEdges { get }

  /// Replaces the columns' content with the next series' samples, without stale markers; returns
  /// `false` when there are no more.
  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool
}
