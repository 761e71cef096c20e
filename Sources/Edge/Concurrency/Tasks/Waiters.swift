/// Suspended tasks in the order of their arrival, as the primitives of this module hold them under their locks.
///
/// A waiter is answered exactly once: `true` for what it waits for, `false` for a cancellation.
struct Waiters: Sendable {
  private struct Entry: Sendable {
    let number: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private var entries: [Entry] = []
  private var lastNumber: UInt64 = 0

  var count: Int { entries.count }

  /// The number under which a task will wait.
  mutating func takeNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  mutating func append(_ continuation: CheckedContinuation<Bool, Never>, number: UInt64) {
    entries.append(Entry(number: number, continuation: continuation))
  }

  /// Takes out the task that has waited longest.
  mutating func popFirst() -> CheckedContinuation<Bool, Never>? {
    entries.isEmpty ? nil : entries.removeFirst().continuation
  }

  /// Takes out the task with a number; nil if it does not wait, or not any more.
  mutating func remove(number: UInt64) -> CheckedContinuation<Bool, Never>? {
    guard let index = entries.firstIndex(where: { $0.number == number }) else { return nil }
    return entries.remove(at: index).continuation
  }

  /// Takes out all tasks.
  mutating func removeAll() -> [CheckedContinuation<Bool, Never>] {
    defer { entries = [] }
    return entries.map(\.continuation)
  }
}
