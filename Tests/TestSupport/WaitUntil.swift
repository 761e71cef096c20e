/// Waits until something outside of the test's control has happened, by asking every 20 ms.
///
/// For things that only a server can tell (a port that opens, a mail that arrives), never instead of a synchronisation. The
/// condition may throw to give up at once; ``WaitTimeout`` is thrown when the time is over.
package func waitUntil(
  _ what: String = "the condition holds", timeout: Duration = .seconds(30),
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + timeout
  while true {
    if try await condition() { return }
    guard ContinuousClock.now < deadline else { throw WaitTimeout(what: what) }
    try await Task.sleep(for: .milliseconds(20))
  }
}

/// Something that was waited for and did not happen.
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
