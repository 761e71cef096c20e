import MetricModel

/// The instants at which a group is evaluated: multiples of its interval, moved by a hash of its name, so that groups are spread over
/// the interval and keep their place over restarts (G1).
struct EvaluationTicks: Sendable, Equatable {
  /// Milliseconds between slots.
  let interval: Int64
  /// Where in the interval the slots lie, in milliseconds.
  let offset: Int64

  init(_ group: RuleGroupDefinition) {
    interval = max(1, group.interval.rawValue)
    let identity = Labels([("name", group.name), ("file", group.file)])
    offset = Int64(identity.fingerprint % UInt64(interval))
  }

  /// The last slot that is not after an instant.
  func slot(notAfter instant: Timestamp) -> Timestamp {
    let shifted = instant.rawValue - offset
    let rest = shifted % interval
    return Timestamp(rawValue: shifted - (rest < 0 ? rest + interval : rest) + offset)
  }

  /// The first slot after an instant.
  func slot(after instant: Timestamp) -> Timestamp {
    slot(notAfter: instant).adding(milliseconds: interval)
  }

  /// The slot to evaluate when the group wakes up at `now` after it was evaluated at `last`, and how many were missed in between (G4).
  /// If the clock was set back, the group goes on from there.
  func next(after last: Timestamp, at now: Timestamp) -> (slot: Timestamp, missed: Int) {
    let late = now.milliseconds(since: last)
    guard late >= 0 else { return (slot(notAfter: now), 0) }
    let missed = max(0, late / interval - 1)
    return (last.adding(milliseconds: (missed + 1) * interval), Int(missed))
  }
}
