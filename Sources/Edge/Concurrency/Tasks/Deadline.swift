/// Runs `body` and cancels it once the limit has passed; returns the result of `body`, however
/// late.
///
/// `body` decides what a cancellation means, so that a result at the last moment is not lost. Work
/// that cannot be cancelled, such as a C call, belongs in a ``BlockingCallPool``.
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
    // Whichever task ends first cancels the other.
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
/// Meant for work that must not be interrupted, such as a reload whose client has disconnected.
@discardableResult
package func withCancellationShield<Value: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
  // An unstructured task, so that the caller's cancellation does not reach it.
  let task = Task { () -> Result<Value, Failure> in
    do throws(Failure) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
  return try await task.value.get()
}
