import MetricModel
import PromQLSyntax

/// Measures the parts of a plan while it is made and run.
///
/// Used from the one task of its query. Parts are entered while their operators are planned, so that
/// the order of planning makes the tree.
final class QueryRecorder {
  /// How the instants of a part belong to those of the query.
  enum Scope {
    /// They are the same.
    case steps
    /// One instant stands for all steps.
    case constant
    /// They are those of a subquery, whose own samples nobody counts.
    case subquery
  }

  /// One part of the plan.
  final class Part {
    var node: QueryProfile.Node
    let scope: Scope
    /// Whether what lies below is evaluated at the instants of a subquery.
    let isSubquery: Bool
    var children: [Part] = []

    init(_ node: QueryProfile.Node, _ scope: Scope, isSubquery: Bool = false) {
      self.node = node
      self.scope = scope
      self.isSubquery = isSubquery
    }

    /// The part with all below it.
    var tree: QueryProfile.Node {
      var tree = node
      tree.children = children.map(\.tree)
      return tree
    }
  }

  private let root: Part
  private var path: [Part]
  private let grid: StepGrid
  private var queryable: [Int]
  private var planned: Duration = .zero
  private let begin = ContinuousClock.now

  init(_ grid: StepGrid) {
    self.grid = grid
    root = Part(QueryProfile.Node(title: "", method: ""), .steps)
    path = [root]
    queryable = [Int](repeating: 0, count: grid.count)
  }

  /// Plans a part: what is planned inside of `body` lies below it.
  func part<Source>(
    _ expression: Expression, on grid: StepGrid, method: String,
    _ body: (Part) async throws(QueryError) -> Source
  ) async throws(QueryError) -> Source {
    let parent = path[path.count - 1]
    var isSubquery = false
    if case .subquery = expression { isSubquery = true }
    let scope: Scope =
      parent.isSubquery || parent.scope == .subquery
      ? .subquery : grid == self.grid ? .steps : .constant
    let part = Part(
      QueryProfile.Node(
        title: expression.planTitle,
        method: scope == .constant && parent.scope == .steps ? "once for all steps" : method,
        steps: grid.count),
      scope, isSubquery: isSubquery)
    parent.children.append(part)
    path.append(part)
    let start = ContinuousClock.now
    defer {
      part.node.time += ContinuousClock.now - start
      path.removeLast()
    }
    return try await body(part)
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

  /// Counts samples that a selector looks at for a step.
  func note(_ count: Int, at step: Int, of part: Part) {
    switch part.scope {
    case .subquery: break
    case .steps: queryable[step] += count
    case .constant: for step in queryable.indices { queryable[step] += count }
    }
  }

  /// Called when the plan is made.
  func finishPlanning() { planned = ContinuousClock.now - begin }

  /// What was measured.
  func profile(_ context: QueryContext) -> QueryProfile {
    var profile = QueryProfile()
    profile.roots = root.children.map(\.tree)
    profile.steps = grid.count
    profile.preparation = planned
    profile.evaluation = ContinuousClock.now - begin - planned
    profile.samplesRead = context.samplesRead
    profile.peakSamples = context.peakSamples
    profile.queryableSamplesPerStep = queryable.enumerated().map { step, count in
      (Timestamp(rawValue: grid.time(step)), count)
    }
    return profile
  }
}
