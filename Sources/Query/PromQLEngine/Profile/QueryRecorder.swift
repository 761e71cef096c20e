import MetricModel
import PromQLSyntax

/// Measures the parts of a plan while it is built and run.
///
/// Used from the one task of its query. Parts are entered while their operators are planned, so
/// that the order of planning yields the tree.
final class QueryRecorder {
  /// One part of the plan.
  final class Part {
    var node: QueryProfile.Node
    /// The counter for the samples that the part uses.
    let count: SampleCount
    /// Whether it is the whole query.
    let isOutermost: Bool
    /// The counter for the parts below: a separate one if they have instants of their own.
    fileprivate var countBelow: SampleCount
    fileprivate var children: [Part] = []

    fileprivate init(_ node: QueryProfile.Node, _ count: SampleCount, isOutermost: Bool = false) {
      self.node = node
      self.count = count
      self.isOutermost = isOutermost
      countBelow = count
    }

    /// The part with all below it.
    fileprivate var tree: QueryProfile.Node {
      var tree = node
      tree.children = children.map(\.tree)
      return tree
    }
  }

  private let root: Part
  private var path: [Part]
  private let grid: StepGrid
  private var planned: Duration = .zero
  private let begin = ContinuousClock.now

  init(_ grid: StepGrid) {
    self.grid = grid
    root = Part(QueryProfile.Node(title: "", method: ""), SampleCount(grid))
    path = [root]
  }

  /// Plans a part; the parts planned inside `body` become its children.
  func part<Source>(
    _ expression: Expression, on grid: StepGrid, method: String,
    _ body: (Part) async throws(QueryError) -> Source
  ) async throws(QueryError) -> Source {
    let parent = path[path.count - 1]
    let isOnce = grid != parent.countBelow.grid
    let part = Part(
      QueryProfile.Node(
        title: expression.planTitle, method: isOnce ? "once for all steps" : method,
        steps: grid.count),
      isOnce ? parent.countBelow.once(at: grid) : parent.countBelow, isOutermost: path.count == 1)
    parent.children.append(part)
    path.append(part)
    let start = ContinuousClock.now
    defer {
      part.node.time += ContinuousClock.now - start
      path.removeLast()
    }
    return try await body(part)
  }

  /// Called while a subquery is planned, before its children, which are evaluated at the instants
  /// `inner`.
  func enterSubquery(_ inner: StepGrid, offset: Int64, length: Int64) {
    let part = path[path.count - 1]
    part.countBelow =
      part.isOutermost
      ? part.count.all(of: inner)
      : part.count.subquery(inner, offset: offset, length: length)
  }

  /// Measures one pull of a part.
  func pull(
    _ part: Part, _ body: () throws(QueryError) -> Bool
  ) throws(QueryError) -> Bool {
    let start = ContinuousClock.now
    defer { part.node.time += ContinuousClock.now - start }
    guard try body() else { return false }
    part.node.series += 1
    return true
  }

  /// Called when the plan is complete.
  func finishPlanning() { planned = ContinuousClock.now - begin }

  /// The measurements.
  func profile(_ context: QueryContext) -> QueryProfile {
    var profile = QueryProfile()
    profile.roots = root.children.map(\.tree)
    profile.steps = grid.count
    profile.preparation = planned
    profile.evaluation = ContinuousClock.now - begin - planned
    profile.samplesRead = context.samplesRead
    profile.peakSamples = context.peakSamples
    let (queryable, read) = root.count.total
    profile.queryableSamplesPerStep = byStep(queryable)
    profile.readSamplesPerStep = byStep(read)
    return profile
  }

  private func byStep(_ counts: [Int]) -> [(time: Timestamp, count: Int)] {
    counts.enumerated().map { (Timestamp(rawValue: grid.time($0)), $1) }
  }
}
