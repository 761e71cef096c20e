/// Runs `body` and cancels it once the limit has passed; gives what `body` gives, however late.
///
/// `body` decides what a cancellation means: a result that came at the last moment is never lost. What cannot be cancelled,
/// such as a call in C, belongs into a ``BlockingCallPool``.
@discardableResult
package func withDeadline<Value: Sendable, Failure: Error>(
  after limit: Duration, clock: TimeSource = .system,
  _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result = await withTaskGroup(of: Result<Value, Failure>?.self) { tasks in
    tasks.addTask {
      do throws(Failure) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    tasks.addTask {
      try? await clock.sleep(for: limit)
      return nil
    }
    // The first to end cancels the other.
    var result: Result<Value, Failure>?
    while let ended = await tasks.next() {
      tasks.cancelAll()
      if let ended { result = ended }
    }
    return result
  }
  guard let result else { preconditionFailure("the body is one of the tasks") }
  return try result.get()
}

/// Runs `body` in a task of its own and waits for its end, even if the calling task is cancelled.
///
/// For work that must not be left half done, such as a reload that a client asked for and did not wait for.
@discardableResult
package func withCancellationShield<Value: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  // Not a child of the caller, whose cancellation would reach it.
  let task = Task { () -> Result<Value, Failure> in
    do throws(Failure) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
  return try await task.value.get()
}
