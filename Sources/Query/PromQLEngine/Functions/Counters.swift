import PromQLSyntax

extension FunctionTable {
  /// Differences over a window.
  static let counters: [Function] = [
    windowed("rate") { ExtrapolatedRate(isCounter: true, isRate: true) },
    windowed("increase") { ExtrapolatedRate(isCounter: true, isRate: false) },
    windowed("delta") { ExtrapolatedRate(isCounter: false, isRate: false) },
    windowed("irate") { InstantRate(isRate: true) },
    windowed("idelta") { InstantRate(isRate: false) },
  ]

  private static func windowed(
    _ name: String, _ kernel: @escaping @Sendable () -> any WindowKernel
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [.matrix]),
      evaluation: .overTime(retainsName: false) { (_) throws(QueryError) in kernel() })
  }

  /// Whether a metric's name is that of a counter, so that `rate` makes sense of it.
  static func isCounterName(_ name: String) -> Bool {
    ["_total", "_sum", "_count", "_bucket"].contains { name.hasSuffix($0) }
  }
}
