/// Waits until a condition holds, checking repeatedly: first as fast as other tasks allow, then
/// every 20 ms.
///
/// The limit only makes a failing test end; it is no requirement on speed, so it is generous. The
/// condition may throw to give up at once.
///
/// - Throws: ``WaitTimeout`` when the limit is over, or the error of the condition.
package func eventually(
  _ what: String = "the condition holds", within limit: Duration = .seconds(120),
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  var pause: Duration = .zero
  var rounds = 0
  while true {
    if try await condition() { return }
    guard ContinuousClock.now < deadline else { throw WaitTimeout(what: what) }
    rounds += 1
    if rounds <= 100 {
      await Task.yield()
      try Task.checkCancellation()
    } else {
      pause = min(pause + .milliseconds(1), .milliseconds(20))
      try await Task.sleep(for: pause)
    }
  }
}

/// The error of a condition that did not hold in time.
package struct WaitTimeout: Error, CustomStringConvertible {
  package let what: String
  package let detail: String

  package init(what: String, detail: String = "") {
    self.what = what
    self.detail = detail
  }

  package var description: String {
    "waited in vain until \(what)" + (detail.isEmpty ? "" : "; it wrote:\n\(detail)")
  }
}
