import Concurrency
import Synchronization

extension TimeSource {
  /// A clock on which every wait ends at once.
  static let immediate = TimeSource(
    wall: { .zero }, monotonic: { .zero }, sleep: { _ in })

  /// A clock on which no time passes: only a cancellation ends a wait.
  static let stopped = TimeSource(
    wall: { .zero }, monotonic: { .zero },
    sleep: { _ in
      while true { try await Task.sleep(for: .seconds(3_600)) }
    })
}

/// A value that tasks of a group share.
final class Recorder<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result {
    value.withLock(body)
  }
}
