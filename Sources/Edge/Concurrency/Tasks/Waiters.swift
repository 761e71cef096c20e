/// Suspended tasks in order of arrival; the primitives of this module store them under their locks.
///
/// Each waiter is resumed exactly once: with `true` for the awaited event, with `false` for a
/// cancellation.
struct Waiters: Sendable {
  private struct Entry: Sendable {
    let number: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private var entries: [Entry] = []
  private var lastNumber: UInt64 = 0

  var count: Int { entries.count }

  /// A new number, under which one task will wait.
  mutating func takeNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  mutating func append(_ continuation: CheckedContinuation<Bool, Never>, number: UInt64) {
    entries.append(Entry(number: number, continuation: continuation))
  }

  /// Removes and returns the task that has waited longest.
  mutating func popFirst() -> CheckedContinuation<Bool, Never>? {
    entries.isEmpty ? nil : entries.removeFirst().continuation
  }

  /// Removes and returns the task with a number; nil if it is not waiting.
  mutating func remove(number: UInt64) -> CheckedContinuation<Bool, Never>? {
    guard let index = entries.firstIndex(where: { $0.number == number }) else { return nil }
    return entries.remove(at: index).continuation
  }

  /// Removes and returns all tasks.
  mutating func removeAll() -> [CheckedContinuation<Bool, Never>] {
    defer { entries = [] }
    return entries.map(\.continuation)
  }
}
