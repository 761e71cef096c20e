/// How long to wait before the next try: longer each time, and as long as the other side wishes.
struct RetryPause {
  /// The longest wish that is followed.
  static let longestWish: Duration = .seconds(3_600)

  private let shortest: Duration
  private let longest: Duration
  private var next: Duration

  init(shortest: Duration, longest: Duration) {
    self.shortest = shortest
    self.longest = max(shortest, longest)
    next = shortest
  }

  /// The pause after one more failure.
  mutating func afterFailure(wish: Duration?) -> Duration {
    defer { next = min(next * 2, longest) }
    guard let wish else { return next }
    return max(next, min(wish, Self.longestWish))
  }

  /// Begins anew after a success.
  mutating func reset() { next = shortest }
}
