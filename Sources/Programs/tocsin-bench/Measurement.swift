/// The times of the rounds of one workload.
struct Measurement {
  /// Nanoseconds of each round, in ascending order.
  private let rounds: [Double]

  /// Runs one round to warm up, then rounds until the time has passed, at least five.
  static func take(of bench: PreparedWorkload, for duration: Duration) async throws -> Measurement {
    let clock = ContinuousClock()
    try await bench.setUp()
    try await bench.round()
    var rounds: [Double] = []
    let end = clock.now + duration
    while rounds.count < 5 || clock.now < end {
      try await bench.setUp()
      let start = clock.now
      try await bench.round()
      let (seconds, attoseconds) = (clock.now - start).components
      rounds.append(Double(seconds) * 1e9 + Double(attoseconds) / 1e9)
    }
    return Measurement(rounds: rounds.sorted())
  }

  /// The number of rounds.
  var count: Int { rounds.count }
  /// The fastest round in nanoseconds: the cost without disturbance.
  var minimum: Double { rounds[0] }
  /// The median round in nanoseconds: the usual cost.
  var median: Double { rounds[rounds.count / 2] }
  /// The slowest round in nanoseconds: the cost with disturbance.
  var maximum: Double { rounds[rounds.count - 1] }
}
