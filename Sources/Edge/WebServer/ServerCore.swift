import Synchronization

/// What a server's callbacks and its stopping share: counters, limits and the running exchanges.
final class ServerCore: Sendable {
  let limits: ServerLimits
  let handler: HTTPHandler
  /// What clients must bring; nil for nothing.
  let security: SecuritySource?
  /// Whether connections are made with TLS.
  let usesTLS: Bool
  let state = Mutex(State())
  private let hangups = HangupWatcher.start()

  struct State {
    var counters = ServerCounters()
    var isStopping = false
    /// Exchanges whose handler runs; their connections are suspended.
    var running: [ObjectIdentifier: Exchange] = [:]
    /// Exchanges that libmicrohttpd has not completed.
    var open = 0
    var waiter: (until: Milestone, continuation: CheckedContinuation<Void, Never>)?
  }

  /// What a stopping server waits for.
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

  /// Why a request may not run now, or nil: then it counts as running.
  func admit(_ exchange: Exchange) -> HTTPResponse? {
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

  /// Runs the handler in a task of its own; the connection is suspended already.
  func run(_ request: HTTPRequest, _ exchange: Exchange) {
    if let hangups {
      exchange.watchClient(with: hangups) { [self, exchange] in
        exchange.abandon()
        count { $0.abandoned += 1 }
      }
    }
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

  func finish(_ exchange: Exchange, _ response: HTTPResponse) {
    guard exchange.finish(response) else { return }
    // Only now: a daemon must not stop while a connection is suspended.
    change { $0.running[ObjectIdentifier(exchange)] = nil }
  }

  func count(_ body: (inout ServerCounters) -> Void) {
    state.withLock { body(&$0.counters) }
  }

  /// Changes the state and wakes whoever waits for it.
  func change(_ body: (inout State) -> Void) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      body(&state)
      guard let waiter = state.waiter, waiter.until.isReached(state) else { return nil }
      state.waiter = nil
      return waiter.continuation
    }
    continuation?.resume()
  }

  // MARK: - Stopping

  /// Answers further requests 503; false if the server was stopping already.
  func beginStopping() -> Bool {
    state.withLock { state in
      defer { state.isStopping = true }
      return !state.isStopping
    }
  }

  /// Waits until the milestone is reached, at most for the grace period.
  func wait(for milestone: Milestone, atMost grace: Duration) async {
    guard grace > .zero else { return }
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if milestone.isReached(state) { return true }
        state.waiter = (milestone, continuation)
        return false
      }
      guard !isReached else {
        continuation.resume()
        return
      }
      // Started only now: there is a waiter to wake, unless the milestone was faster.
      Task { [self] in
        try? await Task.sleep(for: grace)
        giveUpWaiting(for: milestone)
      }
    }
  }

  private func giveUpWaiting(for milestone: Milestone) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard let waiter = state.waiter, waiter.until == milestone else { return nil }
      state.waiter = nil
      return waiter.continuation
    }
    continuation?.resume()
  }

  /// Cancels the handlers that still run and answers their clients 503.
  func abandonRunning() {
    let hanging = state.withLock { Array($0.running.values) }
    for exchange in hanging { finish(exchange, Self.stopping) }
  }

  /// Lets nobody watch clients any more; called when no handler runs.
  func endWatching() { hangups?.stop() }

  static let stopping: HTTPResponse = {
    var response = HTTPResponse.text("503 the server is stopping\n", status: 503)
    response.headers["Connection"] = "close"
    return response
  }()
}
