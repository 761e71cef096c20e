/// Samples that a query uses, by step, as Prometheus counts them.
///
/// All parts that are evaluated at the same instants share a counter. Parts below a subquery, and
/// parts that are evaluated once for all steps, have their own; in the end those are added to the
/// counter they belong to.
final class SampleCount {
  /// How the samples of a counter are added to its parent.
  private enum Merging {
    /// Queryable at all steps, read at the first one.
    case once
    /// Both at the one step of a query that is nothing but a subquery.
    case all
    /// Read at the step whose window they are first in; not queryable, because the windows of the
    /// subquery are counted themselves.
    case subquery(offset: Int64, length: Int64)
  }

  let grid: StepGrid
  private var queryable: [Int]
  private var read: [Int]
  private var below: [(count: SampleCount, merging: Merging)] = []

  init(_ grid: StepGrid) {
    self.grid = grid
    queryable = [Int](repeating: 0, count: grid.count)
    read = queryable
  }

  /// The counter for parts that are evaluated once for all steps.
  func once(at grid: StepGrid) -> SampleCount { added(grid, .once) }

  /// The counter below a subquery that is the whole query.
  func all(of grid: StepGrid) -> SampleCount { added(grid, .all) }

  /// The counter below a subquery whose windows of a length, in milliseconds, are moved by an
  /// offset.
  func subquery(_ grid: StepGrid, offset: Int64, length: Int64) -> SampleCount {
    added(grid, .subquery(offset: offset, length: length))
  }

  private func added(_ grid: StepGrid, _ merging: Merging) -> SampleCount {
    let count = SampleCount(grid)
    below.append((count, merging))
    return count
  }

  /// Counts the samples that a step uses, and how many of them no step before it did.
  @inline(__always)
  func note(_ samples: Int, read new: Int, at step: Int) {
    queryable[step] += samples
    read[step] += new
  }

  /// The counts by step, including all child counters.
  var total: (queryable: [Int], read: [Int]) {
    var (queryable, read) = (queryable, read)
    guard !read.isEmpty else { return (queryable, read) }
    for (count, merging) in below {
      let inner = count.total
      let sum = inner.read.reduce(0, +)
      switch merging {
      case .once:
        let samples = inner.queryable.reduce(0, +)
        for step in queryable.indices { queryable[step] += samples }
        read[0] += sum
      case .all:
        queryable[queryable.count - 1] += inner.queryable.reduce(0, +)
        read[0] += sum
      case .subquery where grid.count == 1:
        read[0] += sum
      case .subquery(let offset, let length):
        for (index, samples) in inner.read.enumerated() where samples > 0 {
          let time = count.grid.time(index) + offset
          let step = firstStep(at: time)
          if time > grid.time(step) - length { read[step] += samples }
        }
      }
    }
    return (queryable, read)
  }

  /// The first step that is not before an instant; the last one if all are.
  private func firstStep(at time: Int64) -> Int {
    guard time > grid.start else { return 0 }
    return Int(min((time - grid.start + grid.step - 1) / grid.step, Int64(grid.count - 1)))
  }
}
