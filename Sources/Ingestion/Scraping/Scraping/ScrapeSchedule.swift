import MetricModel

/// When a target is scraped: at slots one interval apart, shifted by a hash of the target, so that many targets are
/// spread evenly, no slot ever drifts, and a restart finds the same slots again.
struct ScrapeSchedule {
  let intervalMilliseconds: Int64
  let offsetMilliseconds: Int64
  /// How long after the start the very first scrape comes, so that nobody waits an interval for the first data.
  let firstDelayMilliseconds: Int64

  /// How far from its slot a scrape may start and still be stamped with the slot, which keeps times regular.
  static let toleranceMilliseconds: Int64 = 2

  /// The longest time that the first scrapes of all targets are spread over.
  static let firstSpreadMilliseconds: Int64 = 1000

  init(target: ScrapeTarget, seed: UInt64 = 0) {
    var hash = Fingerprint()
    hash.combine(target.url)
    let stable = (hash.value ^ target.labels.fingerprint ^ seed) >> 1
    intervalMilliseconds = max(1, target.interval.milliseconds)
    offsetMilliseconds = Int64(stable) % intervalMilliseconds
    firstDelayMilliseconds =
      offsetMilliseconds % min(Self.firstSpreadMilliseconds, intervalMilliseconds)
  }

  /// The first slot after an instant.
  func slot(after now: Timestamp) -> Timestamp {
    let past = (now.rawValue - offsetMilliseconds) % intervalMilliseconds
    let sinceSlot = past < 0 ? past + intervalMilliseconds : past
    return now.adding(milliseconds: intervalMilliseconds - sinceSlot)
  }

  /// The time to put on the samples of a scrape that was due at a slot and starts now.
  func stamp(slot: Timestamp, now: Timestamp) -> Timestamp {
    let distance = now.milliseconds(since: slot)
    return distance.magnitude <= UInt64(Self.toleranceMilliseconds) ? slot : now
  }
}
