import CCurl
import Synchronization

/// An HTTP client: libcurl on a thread of its own, for any number of concurrent requests.
///
/// Connections are reused. Only `http` and `https` are allowed, redirects included; proxies,
/// cookies and credentials of the environment are ignored.
package final class WebClient: Sendable {
  /// The largest number of redirects that are followed.
  package static let maxRedirects = 10

  private let driver: TransferDriver?

  /// Creates a client and starts its thread; up to `maxIdleConnections` connections stay open for
  /// later requests.
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

  /// The client's thread as an executor, for tasks that do little but send requests and read
  /// responses: they then never switch threads. Nil if the thread could not be started.
  package var executor: (any TaskExecutor)? { driver }

  /// Suspends a task that runs on the client's thread for `duration`; throws if the task is
  /// cancelled.
  package func sleep(for duration: Duration) async throws {
    guard let driver else { return try await Task.sleep(for: duration) }
    try await driver.sleep(for: duration)
  }

  /// Sends a request and waits for the whole response; a response of any status is a result, not an
  /// error.
  ///
  /// Cancelling the task aborts the transfer.
  package func send(_ request: WebRequest) async throws(WebClientError) -> WebResponse {
    try await attempt(request).result.get()
  }

  /// Sends a prepared request, as ``send(_:)`` does.
  package func send(_ prepared: PreparedRequest) async throws(WebClientError) -> WebResponse {
    var attempt = WebAttempt()
    return try await run(prepared, noting: &attempt)
  }

  /// Sends a request as ``send(_:)-(WebRequest)`` does, and returns its timings even if it fails.
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
    let outcome = try await run(prepared.step, transfer)
    attempt.timings = outcome.timings
    // An abort that came too late for this transfer must not end the next one.
    if outcome.code == CURLE_OK, !Task.isCancelled, let transfer { prepared.store(transfer) }
    let response = try Self.response(of: prepared.step, outcome, timings: attempt.timings)
    guard (300..<400).contains(response.status), prepared.step.request.followRedirects else {
      return response
    }
    let deadline = ContinuousClock.now + (prepared.step.request.timeout - outcome.timings.total)
    return try await follow(response, of: prepared.step, until: deadline, noting: &attempt)
  }

  /// Follows the redirects of a response and returns the last response.
  private func follow(
    _ answer: WebResponse, of first: RedirectStep, until deadline: ContinuousClock.Instant,
    noting attempt: inout WebAttempt
  ) async throws(WebClientError) -> WebResponse {
    var (response, step) = (answer, first)
    while let next = try step.following(response) {
      attempt.redirects = next.redirects
      guard next.redirects <= Self.maxRedirects else {
        throw .tooManyRedirects(origin: step.url.origin, limit: Self.maxRedirects)
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
      step = next
    }
    return response
  }

  private static func response(
    of step: RedirectStep, _ outcome: TransferOutcome, timings: WebTimings
  ) throws(WebClientError) -> WebResponse {
    guard outcome.code == CURLE_OK else {
      throw step.error(for: outcome, timeout: step.request.timeout)
    }
    return step.response(outcome, timings: timings)
  }

  private func run(
    _ step: RedirectStep, _ transfer: Transfer?
  ) async throws(WebClientError) -> TransferOutcome {
    guard let driver, let transfer else {
      throw .connection(
        origin: step.url.origin, reason: "libcurl has no thread or no memory to work with")
    }
    return await driver.run(transfer)
  }
}
