import CCurl
import Synchronization

/// An HTTP client: libcurl on one thread of its own, for any number of requests at the same time.
///
/// Connections are kept and used again. Only `http` and `https` are spoken, redirects included; proxies, cookies and
/// credentials of the environment are not looked at.
package final class WebClient: Sendable {
  /// How many redirects are followed.
  package static let maxRedirects = 10

  private let driver: TransferDriver?
  private let prepared = PreparedTransfers()

  /// Starts the thread; `maxIdleConnections` are kept open for later requests.
  package init(maxIdleConnections: Int = 256) {
    driver = TransferDriver.start(maxIdleConnections: maxIdleConnections)
  }

  deinit {
    driver?.stop()
  }

  /// Aborts all requests, which then throw ``WebClientError/cancelled``, and ends the thread.
  package func shutDown() {
    driver?.stop()
  }

  /// The client's thread, for tasks that do little but send requests and read answers: nothing has to change threads then. Nil if
  /// there was no thread to have.
  package var executor: (any TaskExecutor)? { driver }

  /// Waits on the client's thread; for tasks that run there. Throws when the task is cancelled.
  package func sleep(for duration: Duration) async throws {
    guard let driver else { return try await Task.sleep(for: duration) }
    try await driver.sleep(for: duration)
  }

  /// Sends a request and waits for the whole answer; any status is an answer, not an error.
  ///
  /// Cancelling the task aborts the transfer.
  package func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
    try await attempt(request).result.get()
  }

  /// Sends a request as ``send(_:)`` does, and says how far it came if it fails.
  package func attempt(_ request: WebRequest) async -> WebAttempt {
    var attempt = WebAttempt()
    do {
      attempt.result = .success(try await run(request, noting: &attempt))
    } catch {
      attempt.result = .failure(error)
    }
    return attempt
  }

  private func run(
    _ request: WebRequest, noting attempt: inout WebAttempt
  ) async throws(WebClientError) -> WebResponse {
    let deadline = ContinuousClock.now + request.timeout
    let first: PreparedTransfer
    if let kept = prepared.take(request) {
      first = kept
    } else {
      first = try PreparedTransfer(request)
    }
    var hop = first.hop
    while true {
      let outcome: TransferOutcome
      if hop.redirects == 0 {
        outcome = try await run(hop, first.transfer)
        if outcome.code == CURLE_OK, !Task.isCancelled { prepared.keep(first) }
      } else {
        let transfer = Transfer()
        if let transfer {
          try hop.configure(transfer, timeout: deadline - ContinuousClock.now)
        }
        outcome = try await run(hop, transfer)
      }
      attempt.timings = attempt.timings + outcome.timings
      if outcome.code != CURLE_OK { throw hop.error(for: outcome, timeout: request.timeout) }
      let response = hop.response(outcome, timings: attempt.timings)
      guard request.followRedirects, let next = try hop.following(response) else { return response }
      attempt.redirects = next.redirects
      guard next.redirects <= Self.maxRedirects else {
        throw .tooManyRedirects(origin: hop.url.origin, limit: Self.maxRedirects)
      }
      guard ContinuousClock.now < deadline else {
        throw .timedOut(origin: next.url.origin, after: request.timeout, while: .connecting)
      }
      hop = next
    }
  }

  private func run(
    _ hop: Hop, _ transfer: Transfer?
  ) async throws(WebClientError) -> TransferOutcome {
    guard let driver, let transfer else {
      throw .connection(
        origin: hop.url.origin, reason: "libcurl has no thread or no memory to work with")
    }
    return await driver.run(transfer)
  }
}
