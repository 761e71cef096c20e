import HeapModule
import MetricModel
import StorageAPI

/// The groups of alerts with their flush times in a heap. A pure value.
struct AlertGroupTable: Sendable {
  private struct Entry: Sendable {
    var group: AlertGroup
    /// The flush time that the heap has for it; nil if it has none.
    var scheduled: Timestamp?
  }

  /// A flush time; out of date unless it is the scheduled one of its group.
  private struct Deadline: Sendable, Comparable {
    let time: Timestamp
    let group: GroupKey

    static func < (left: Self, right: Self) -> Bool {
      left.time == right.time ? left.group < right.group : left.time < right.time
    }
  }

  private var entries: [GroupKey: Entry] = [:]
  private var deadlines = Heap<Deadline>()

  /// Whether there is no group.
  var isEmpty: Bool { entries.isEmpty }
  /// How many groups there are.
  var count: Int { entries.count }
  /// All groups, in no order.
  var all: some Collection<AlertGroup> { entries.values.lazy.map(\.group) }

  /// One group.
  subscript(key: GroupKey) -> AlertGroup? { entries[key]?.group }

  /// Puts an alert into its group, which is made if there is none.
  ///
  /// - Complexity: O(log groups), whatever the number of alerts in the group.
  mutating func insert(_ alert: Alert, into key: GroupKey, of route: Route, at now: Timestamp) {
    if entries[key] == nil {
      let labels = route.groupBy.groupLabels(of: alert.labels)
      entries[key] = Entry(group: AlertGroup(key: key, labels: labels, route: route, now: now))
    }
    update(key) { $0.insert(alert, now: now) }
  }

  /// Changes a group in place; nil if there is none.
  @discardableResult
  mutating func update<Result>(
    _ key: GroupKey, _ change: (inout AlertGroup) -> Result
  ) -> Result? {
    guard let index = entries.index(forKey: key) else { return nil }
    let result = change(&entries.values[index].group)
    let time = entries.values[index].group.nextFlush
    if entries.values[index].scheduled != time {
      entries.values[index].scheduled = time
      deadlines.insert(Deadline(time: time, group: key))
    }
    return result
  }

  /// Removes a group.
  mutating func remove(_ key: GroupKey) { entries[key] = nil }

  /// Takes the group that was to be flushed first, if its time has come. It is scheduled again by
  /// its next ``update(_:_:)``.
  mutating func takeDue(at now: Timestamp) -> GroupKey? {
    while let first = deadlines.min, first.time <= now {
      deadlines.removeMin()
      guard let index = entries.index(forKey: first.group),
        entries.values[index].scheduled == first.time
      else { continue }
      entries.values[index].scheduled = nil
      return first.group
    }
    return nil
  }

  /// When a group is flushed next, or earlier; nil if there is none.
  var nextDeadline: Timestamp? { deadlines.min?.time }
}
