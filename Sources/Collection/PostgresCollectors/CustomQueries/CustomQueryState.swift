/// What is known of a custom query in one database: its last answer, and how its runs went.
///
/// It decides; whoever runs the query only does what it says. Times are those of the collectors'
/// clock.
package struct CustomQueryState: Sendable {
  /// How a run ended.
  package enum Outcome: Sendable {
    /// With rows.
    case answered(CustomAnswer, took: Duration)
    /// With an error, named by a word short enough for a label.
    case failed(reason: String, message: String, took: Duration)
    /// The query is not for this server, or a predicate said no.
    case skipped(String)
  }

  /// The last answer.
  package private(set) var answer: CustomAnswer?
  /// When it was read.
  package private(set) var answeredAt: Duration?
  /// Whether the last run gave an answer; nil before the first, and when the query is not for this
  /// server.
  package private(set) var isGood: Bool?
  /// How long the last run took.
  package private(set) var took: Duration = .zero
  /// What the last run failed of, in full.
  package private(set) var message: String?
  /// Failed runs by reason.
  package private(set) var failures: [String: Int] = [:]

  private var overruns = 0
  private var pausedUntil: Duration = .zero

  /// Nothing is known yet.
  package init() {}

  /// Words that say that a run took too long.
  private static let overrunReasons: Set = ["timeout", "canceled"]

  /// Whether the query should run now. One that overran rests, longer each time.
  package func isDue(_ query: CustomQuery, now: Duration) -> Bool {
    guard now >= pausedUntil else { return false }
    guard isGood == true, let answeredAt, query.ttl > .zero else { return true }
    // A lane comes by in steps of the shortest ttl, give or take what the queries before took.
    return now - answeredAt >= (query.lane == .slow ? query.ttl * 0.9 : query.ttl)
  }

  /// What is shown now, with its age; an answer that could not be renewed is shown for a while, if the
  /// query has a ttl.
  package func shown(_ query: CustomQuery, now: Duration) -> (CustomAnswer, age: Duration)? {
    guard let answer, let answeredAt else { return nil }
    let age = now - answeredAt
    guard isGood == true || (query.ttl > .zero && age <= query.ttl * CustomQueryLimits.staleFactor)
    else { return nil }
    // A slow query whose lane is stuck.
    if query.lane == .slow, age > query.ttl * CustomQueryLimits.staleFactor { return nil }
    return (answer, age)
  }

  /// What is worth telling; nil if things go on as before.
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

  /// Notes how a run ended.
  package mutating func note(_ outcome: Outcome, at now: Duration) {
    switch outcome {
    case .answered(let answer, let took):
      self.answer = answer
      self.took = took
      // What the statement saw is as old as its beginning.
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
