/// Holds everything back outside of a route's active intervals, and inside of its mute intervals (TI5, TI6).
package struct TimeIntervalStage: Stage {
  private let intervals: [String: TimeIntervalDefinition]
  private let counters: NotificationCounters

  package init(_ intervals: [TimeIntervalDefinition], counters: NotificationCounters) {
    self.intervals = Dictionary(intervals.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    self.counters = counters
  }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    let isInside = { (name: String) in intervals[name]?.contains(notification.now) ?? false }
    let active = notification.activeTimeIntervals
    guard active.isEmpty || active.contains(where: isInside) else {
      counters.suppressed(.activeTimeInterval, notification.alerts.count)
      return nil
    }
    guard !notification.muteTimeIntervals.contains(where: isInside) else {
      counters.suppressed(.muteTimeInterval, notification.alerts.count)
      return nil
    }
    return notification
  }
}
