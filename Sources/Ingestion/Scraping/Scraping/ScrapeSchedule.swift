import MetricModel

/// The times at which a target is scraped: slots one interval apart, offset by a hash of the
/// target. Many targets are thus spread evenly, slots never drift, and a restart finds the same
/// slots again.
struct ScrapeSchedule {
  let intervalMilliseconds: Int64
  let offsetMilliseconds: Int64
  /// The delay of the first scrape after the start, short so that data appear soon.
  let firstDelayMilliseconds: Int64

  /// How far from its slot a scrape may start and still get the slot's timestamp, which makes
  /// timestamps regular.
  static let toleranceMilliseconds: Int64 = 2

  /// The maximum time over which the first scrapes of all targets are spread.
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

  /// The timestamp for the samples of a scrape that was due at `slot` and starts now.
  func stamp(slot: Timestamp, now: Timestamp) -> Timestamp {
    let distance = now.milliseconds(since: slot)
    return distance.magnitude <= UInt64(Self.toleranceMilliseconds) ? slot : now
  }
}
