/// A task that waits for a time.
@safe struct Alarm: Sendable {
  let number: Int
  let deadline: ContinuousClock.Instant
  /// Resumed once: by whoever takes the alarm out of the list, which can be done once.
  private let continuation: UnsafeContinuation<Bool, Never>

  init(
    _ number: Int, _ deadline: ContinuousClock.Instant,
    _ continuation: UnsafeContinuation<Bool, Never>
  ) {
    self.number = number
    self.deadline = deadline
    unsafe self.continuation = continuation
  }

  /// Ends the waiting, by the alarm or before its time; must be called once.
  func resume(isDue: Bool) { unsafe continuation.resume(returning: isDue) }
}

/// Alarms in order, the earliest last.
struct AlarmList {
  private var alarms: [Alarm] = []
  private var lastNumber = 0

  /// The earliest deadline.
  var first: ContinuousClock.Instant? {
    alarms.isEmpty ? nil : alarms[alarms.count - 1].deadline
  }

  /// A number for the next alarm.
  mutating func takeNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// Sets an alarm; true if it is the earliest now.
  ///
  /// - Complexity: O(alarms), moves of some bytes each.
  mutating func insert(_ alarm: Alarm) -> Bool {
    var low = 0
    var high = alarms.count
    while low < high {
      let middle = (low + high) / 2
      if alarms[middle].deadline > alarm.deadline { low = middle + 1 } else { high = middle }
    }
    alarms.insert(alarm, at: low)
    return low == alarms.count - 1
  }

  /// Takes an alarm out; nil if it was taken out before.
  mutating func remove(_ number: Int) -> Alarm? {
    alarms.firstIndex { $0.number == number }.map { alarms.remove(at: $0) }
  }

  /// Takes out those whose time has come, the earliest first, and appends them.
  mutating func takeDue(_ now: ContinuousClock.Instant, into due: inout [Alarm]) {
    while let first, !(now < first) { due.append(alarms.removeLast()) }
  }

  /// Takes out all.
  mutating func takeAll() -> [Alarm] {
    defer { alarms = [] }
    return alarms
  }
}
