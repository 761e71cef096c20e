import MetricModel

/// The instants at which an expression is evaluated: `start`, `start + step`, and so on.
struct StepGrid: Hashable {
  /// The first instant, in milliseconds.
  let start: Int64
  /// The step, in milliseconds.
  let step: Int64
  /// The number of instants.
  let count: Int

  /// The grid of an instant query.
  init(at time: Int64) {
    start = time
    step = 1
    count = 1
  }

  /// The grid of all instants up to an end; empty if it lies before the start.
  init(from start: Int64, through end: Int64, step: Int64) {
    self.start = start
    self.step = max(step, 1)
    count = end < start ? 0 : Int((end - start) / self.step) + 1
  }

  /// The instant with an index.
  func time(_ index: Int) -> Int64 { start + Int64(index) * step }

  /// The last instant; `start` if there is none.
  var end: Int64 { time(max(count - 1, 0)) }

  /// Later times are cut to this one, so that no sum of them overflows.
  static let latest: Int64 = 1 << 60

  /// Later instants of subqueries are refused: each level may add a few times the latest time.
  static let farthest: Int64 = 1 << 61

  /// A time cut to the range that the engine calculates with.
  static func clamped(_ time: Timestamp) -> Int64 { min(max(time.rawValue, -latest), latest) }

  /// Milliseconds of a number of seconds, cut likewise; 0 for NaN.
  static func milliseconds(_ seconds: Double) -> Int64 { clamped(Timestamp(seconds: seconds)) }
}
