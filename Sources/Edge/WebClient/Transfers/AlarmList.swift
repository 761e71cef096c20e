/// A task that is suspended until a deadline.
@safe struct Alarm: Sendable {
  let number: Int
  let deadline: ContinuousClock.Instant
  /// Resumed exactly once, by the code that removes the alarm from the list.
  private let continuation: UnsafeContinuation<Bool, Never>

  init(
    _ number: Int, _ deadline: ContinuousClock.Instant,
    _ continuation: UnsafeContinuation<Bool, Never>
  ) {
    self.number = number
    self.deadline = deadline
    unsafe self.continuation = continuation
  }

  /// Resumes the task, at its deadline (`isDue`) or before; must be called exactly once.
  func resume(isDue: Bool) { unsafe continuation.resume(returning: isDue) }
}

/// Pending alarms, ordered by deadline with the earliest last.
struct AlarmList {
  private var alarms: [Alarm] = []
  private var lastNumber = 0

  /// The earliest deadline.
  var first: ContinuousClock.Instant? {
    alarms.isEmpty ? nil : alarms[alarms.count - 1].deadline
  }

  /// Returns a number that identifies the next alarm.
  mutating func takeNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  /// Inserts an alarm; returns whether it is now the earliest.
  ///
  /// - Complexity: O(alarms), moves of a few bytes each.
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

  /// Removes an alarm; returns nil if it was removed before.
  mutating func remove(_ number: Int) -> Alarm? {
    alarms.firstIndex { $0.number == number }.map { alarms.remove(at: $0) }
  }

  /// Removes all alarms that are due at `now` and appends them to `due`, the earliest first.
  mutating func takeDue(_ now: ContinuousClock.Instant, into due: inout [Alarm]) {
    while let first, !(now < first) { due.append(alarms.removeLast()) }
  }

  /// Removes and returns all alarms.
  mutating func takeAll() -> [Alarm] {
    defer { alarms = [] }
    return alarms
  }
}
