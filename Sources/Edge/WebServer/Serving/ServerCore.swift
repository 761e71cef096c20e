private import Concurrency
import Synchronization

/// The state that a server's callbacks and its shutdown share: counters, limits and running
/// exchanges.
final class ServerCore: Sendable {
  let limits: ServerLimits
  let handler: HTTPHandler
  /// The source of the security settings; nil if there are none.
  let security: SecuritySource?
  /// Whether connections use TLS.
  let usesTLS: Bool
  let state = Mutex(State())
  private let hangups = HangupWatcher.start()
  private let milestoneReached = AsyncSignal()

  struct State {
    var counters = ServerCounters()
    var isStopping = false
    /// Exchanges whose handler is running; their connections are suspended.
    var running: [ObjectIdentifier: HTTPExchange] = [:]
    /// The number of exchanges that libmicrohttpd has not completed.
    var open = 0
    /// The milestone that a stopping server currently waits for.
    var awaited: Milestone?
  }

  /// A milestone of a server's shutdown.
  enum Milestone {
    case handlersDone, exchangesDone

    func isReached(_ state: borrowing State) -> Bool {
      switch self {
      case .handlersDone: state.running.isEmpty
      case .exchangesDone: state.open == 0
      }
    }
  }

  init(limits: ServerLimits, security: SecuritySource?, handler: @escaping HTTPHandler) {
    self.limits = limits
    self.security = security
    self.handler = handler
    usesTLS = security?().tls != nil
  }

  // MARK: - Requests

  /// The response that refuses a request because of the server's state; if it is nil, the exchange
  /// counts as running.
  func admit(_ exchange: HTTPExchange) -> HTTPResponse? {
    state.withLock { state in
      if state.isStopping { return Self.stopping }
      guard state.running.count < limits.maxRequestsInFlight else {
        state.counters.rejectedBusy += 1
        var response = HTTPResponse.text(
          "503 too many requests in flight (limit \(limits.maxRequestsInFlight))\n", status: 503)
        response.headers["Retry-After"] = "1"
        return response
      }
      state.counters.requests += 1
      state.running[ObjectIdentifier(exchange)] = exchange
      return nil
    }
  }

  /// Runs the handler in a task; the connection must be suspended already.
  func run(_ request: HTTPRequest, _ exchange: HTTPExchange) {
    if let hangups {
      exchange.watchClient(with: hangups) { [self, exchange] in
        exchange.abandon()
        count { $0.abandoned += 1 }
      }
    }
    // An unstructured task, because a C callback starts it; the exchange cancels it.
    let task = Task { [self] in
      let response = await respond(to: request)
      let encoded = ContentNegotiation.encode(
        response, acceptEncoding: request.headers["Accept-Encoding"])
      finish(exchange, encoded)
    }
    exchange.attach(task)
  }

  private func respond(to request: HTTPRequest) async -> HTTPResponse {
    if let refusal = await security?().refusalAfterHashing(of: request.headers) { return refusal }
    return await handler(request)
  }

  func finish(_ exchange: HTTPExchange, _ response: HTTPResponse) {
    guard exchange.finish(response) else { return }
    // Only now: the daemon must not stop while a connection is suspended.
    change { $0.running[ObjectIdentifier(exchange)] = nil }
  }

  func count(_ body: (inout ServerCounters) -> Void) {
    state.withLock { body(&$0.counters) }
  }

  /// Changes the state and notifies a waiting shutdown.
  func change(_ body: (inout State) -> Void) {
    let isReached = state.withLock { state in
      body(&state)
      return state.awaited?.isReached(state) ?? false
    }
    if isReached { milestoneReached.notify() }
  }

  // MARK: - Stopping

  /// Answers further requests with 503; returns false if the server was stopping already.
  func beginStopping() -> Bool {
    state.withLock { state in
      defer { state.isStopping = true }
      return !state.isStopping
    }
  }

  /// Waits until the milestone is reached, at most for the grace period; also in a cancelled task,
  /// so that a server always stops in order.
  func wait(for milestone: Milestone, atMost grace: Duration) async {
    guard grace > .zero else { return }
    await withCancellationShield { [self] in
      await withDeadline(after: grace) { [self] in
        while !isReached(milestone), await milestoneReached.wait() {}
      }
    }
  }

  private func isReached(_ milestone: Milestone) -> Bool {
    state.withLock { state in
      state.awaited = milestone
      return milestone.isReached(state)
    }
  }

  /// Cancels the handlers that are still running and answers their clients with 503.
  func abandonRunning() {
    let hanging = state.withLock { Array($0.running.values) }
    for exchange in hanging { finish(exchange, Self.stopping) }
  }

  /// Stops watching clients; called when no handler is running.
  func endWatching() { hangups?.stop() }

  static let stopping: HTTPResponse = {
    var response = HTTPResponse.text("503 the server is stopping\n", status: 503)
    response.headers["Connection"] = "close"
    return response
  }()
}
