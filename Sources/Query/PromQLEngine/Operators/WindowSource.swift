import PromQLSyntax
import StorageAPI

/// A step of a plan that yields a range vector: all samples that any of its windows may want, one
/// series at a time.
protocol WindowSource: AnyObject {
  /// Who the columns belong to, in the order in which they come.
  var heads: SeriesHeads { get }
  /// The windows over the columns.
  var grid: WindowGrid { get }
  /// How the windows' edges are treated.
  var edges: RangeEdges { get }

  /// Puts the next series' samples, without stale markers, in place of the columns' content; false
  /// when there are no more.
  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool
}
