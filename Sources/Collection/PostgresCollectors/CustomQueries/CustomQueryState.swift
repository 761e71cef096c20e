import ExpositionFormat

/// The state of a custom query in one database: its last result, and the outcomes of its runs.
///
/// It decides; the runner only executes. Times are those of the collectors' clock.
package struct CustomQueryState: Sendable {
  /// How a run ended.
  package enum Outcome: Sendable {
    /// With rows.
    case answered(CustomAnswer, took: Duration)
    /// With an error, with a reason short enough for a label.
    case failed(reason: String, message: String, took: Duration)
    /// The query does not apply to this server, or a predicate was false.
    case skipped(String)
  }

  /// The last result.
  package private(set) var answer: CustomAnswer?
  /// When it was read.
  package private(set) var answeredAt: Duration?
  /// Whether the last run succeeded; `nil` before the first run, and when the query does not apply
  /// to this server.
  package private(set) var isGood: Bool?
  /// The duration of the last run.
  package private(set) var took: Duration = .zero
  /// The full error of the last run.
  package private(set) var message: String?
  /// Failed runs by reason.
  package private(set) var failures: [String: Int] = [:]

  private var overruns = 0
  private var pausedUntil: Duration = .zero

  /// The initial state.
  package init() {}

  /// Reasons that mean that a run exceeded its time.
  private static let overrunReasons: Set = ["timeout", "canceled"]

  /// Whether the query is due. One that exceeded its time is suspended, longer each time.
  package func isDue(_ query: CustomQuery, now: Duration) -> Bool {
    guard now >= pausedUntil else { return false }
    guard isGood == true, let answeredAt, query.ttl > .zero else { return true }
    // A lane runs in steps of the shortest ttl, give or take the time of the queries before.
    return now - answeredAt >= (query.lane == .slow ? query.ttl * 0.9 : query.ttl)
  }

  /// The result to expose with its age; one that could not be renewed is exposed for a while, if
  /// the query has a ttl.
  package func shown(_ query: CustomQuery, now: Duration) -> (CustomAnswer, age: Duration)? {
    guard let answer, let answeredAt else { return nil }
    let age = now - answeredAt
    guard isGood == true || (query.ttl > .zero && age <= query.ttl * CustomQueryLimits.staleFactor)
    else { return nil }
    // A slow query whose lane is stuck.
    if query.lane == .slow, age > query.ttl * CustomQueryLimits.staleFactor { return nil }
    return (answer, age)
  }

  /// A change worth reporting; `nil` if there is none.
  func change(since before: CustomQueryState) -> String? {
    switch (before.isGood, isGood) {
    case (true, false), (nil, false): return "fails: \(message ?? "")"
    case (false, true): return "is well again"
    default: break
    }
    guard let answer else { return nil }
    let known = Set((before.answer?.problems ?? []) + (before.answer?.warnings ?? []))
    let news = (answer.problems + answer.warnings).filter { !known.contains($0) }
    return news.isEmpty ? nil : "was answered, but: \(news.joined(separator: "; "))"
  }

  /// Records the outcome of a run.
  package mutating func note(_ outcome: Outcome, at now: Duration) {
    switch outcome {
    case .answered(let answer, let took):
      self.answer = answer
      self.took = took
      // The result is as old as the start of the statement.
      answeredAt = now - took
      isGood = true
      message = nil
      overruns = 0
      pausedUntil = .zero
    case .failed(let reason, let message, let took):
      self.took = took
      self.message = message
      isGood = false
      failures[reason, default: 0] += 1
      guard Self.overrunReasons.contains(reason) else { break }
      overruns += 1
      let pause = Duration.seconds(10) * (1 << min(overruns - 1, 10))
      pausedUntil = now + min(pause, CustomQueryLimits.longestPause)
    case .skipped(let reason):
      answer = nil
      answeredAt = nil
      isGood = nil
      message = reason
    }
  }
}
