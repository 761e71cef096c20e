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

  /// Sends a request that was made ready before, as ``send(_:)`` does.
  package func send(_ prepared: PreparedRequest) async throws(WebClientError) -> WebResponse {
    var attempt = WebAttempt()
    return try await run(prepared, noting: &attempt)
  }

  /// Sends a request as ``send(_:)`` does, and says how far it came if it fails.
  package func attempt(_ request: WebRequest) async -> WebAttempt {
    var attempt = WebAttempt()
    do throws(WebClientError) {
      let prepared = try PreparedRequest(request)
      attempt.result = .success(try await run(prepared, noting: &attempt))
    } catch {
      attempt.result = .failure(error)
    }
    return attempt
  }

  private func run(
    _ prepared: PreparedRequest, noting attempt: inout WebAttempt
  ) async throws(WebClientError) -> WebResponse {
    let transfer = try prepared.takeTransfer()
    let outcome = try await run(prepared.hop, transfer)
    attempt.timings = outcome.timings
    // An abort that came too late for this transfer must not end the next one.
    if outcome.code == CURLE_OK, !Task.isCancelled, let transfer { prepared.keep(transfer) }
    let response = try Self.response(of: prepared.hop, outcome, timings: attempt.timings)
    guard (300..<400).contains(response.status), prepared.hop.request.followRedirects else {
      return response
    }
    let deadline = ContinuousClock.now + (prepared.hop.request.timeout - outcome.timings.total)
    return try await follow(response, of: prepared.hop, until: deadline, noting: &attempt)
  }

  /// Follows the redirects of an answer to the last one.
  private func follow(
    _ answer: WebResponse, of first: RedirectStep, until deadline: ContinuousClock.Instant,
    noting attempt: inout WebAttempt
  ) async throws(WebClientError) -> WebResponse {
    var (response, hop) = (answer, first)
    while let next = try hop.following(response) {
      attempt.redirects = next.redirects
      guard next.redirects <= Self.maxRedirects else {
        throw .tooManyRedirects(origin: hop.url.origin, limit: Self.maxRedirects)
      }
      let left = deadline - ContinuousClock.now
      guard left > .zero else {
        throw .timedOut(
          origin: next.url.origin, after: next.request.timeout, while: .connecting)
      }
      let transfer = Transfer()
      if let transfer { try next.configure(transfer, timeout: left) }
      let outcome = try await run(next, transfer)
      attempt.timings = attempt.timings + outcome.timings
      response = try Self.response(of: next, outcome, timings: attempt.timings)
      hop = next
    }
    return response
  }

  private static func response(
    of hop: RedirectStep, _ outcome: TransferOutcome, timings: WebTimings
  ) throws(WebClientError) -> WebResponse {
    guard outcome.code == CURLE_OK else {
      throw hop.error(for: outcome, timeout: hop.request.timeout)
    }
    return hop.response(outcome, timings: timings)
  }

  private func run(
    _ hop: RedirectStep, _ transfer: Transfer?
  ) async throws(WebClientError) -> TransferOutcome {
    guard let driver, let transfer else {
      throw .connection(
        origin: hop.url.origin, reason: "libcurl has no thread or no memory to work with")
    }
    return await driver.run(transfer)
  }
}
