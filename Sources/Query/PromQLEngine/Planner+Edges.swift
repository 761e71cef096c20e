import PromQLSyntax

extension Planner {
  /// The kernel for a range with `anchored` or `smoothed`, which few functions support.
  func edgeKernel(
    _ node: FunctionCall, _ edges: RangeEdges, _ plain: any WindowKernel
  ) throws(QueryError) -> any WindowKernel {
    let isSmoothed = edges == .smoothed
    switch node.name {
    case "rate", "increase":
      return EdgeRate(isSmoothed: isSmoothed, isCounter: true, isRate: node.name == "rate")
    case "delta":
      return EdgeRate(isSmoothed: isSmoothed, isCounter: false, isRate: false)
    case "changes" where !isSmoothed, "resets" where !isSmoothed:
      return AnchoredKernel(plain)
    default:
      let known = isSmoothed ? "delta, increase, rate" : "changes, delta, increase, rate, resets"
      throw .failed(
        "\(edges.rawValue) modifier can only be used with: \(known) - not with \(node.name)",
        at: node.range)
    }
  }
}
