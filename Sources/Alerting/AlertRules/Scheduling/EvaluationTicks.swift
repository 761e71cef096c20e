import MetricModel

/// The instants at which a group is evaluated: multiples of its interval, shifted by a hash of its
/// name.
///
/// As in Prometheus, groups are spread over the interval, and their ticks stay the same after a
/// restart.
struct EvaluationTicks: Sendable, Equatable {
  /// The time between ticks, at least a millisecond.
  let interval: Duration
  /// The offset of the ticks in the interval.
  let offset: Duration

  init(_ group: RuleGroupDefinition) {
    interval = max(.milliseconds(1), group.interval)
    let identity = Labels([("name", group.name), ("file", group.file)])
    offset = .milliseconds(identity.fingerprint % UInt64(interval.milliseconds))
  }

  /// The last tick that is not after an instant.
  func tick(notAfter instant: Timestamp) -> Timestamp {
    let step = interval.milliseconds
    let rest = (instant - offset).rawValue % step
    return instant.adding(milliseconds: -(rest < 0 ? rest + step : rest))
  }

  /// The first tick after an instant.
  func tick(after instant: Timestamp) -> Timestamp {
    tick(notAfter: instant) + interval
  }

  /// The tick to evaluate at `now` after the one at `last`, and the number of ticks that were
  /// missed in between. If the clock was set back, the group continues from there.
  func next(after last: Timestamp, at now: Timestamp) -> (tick: Timestamp, missed: Int) {
    guard now >= last else { return (tick(notAfter: now), 0) }
    let missed = max(0, Int((now - last).milliseconds / interval.milliseconds) - 1)
    return (last + interval * (missed + 1), missed)
  }
}
