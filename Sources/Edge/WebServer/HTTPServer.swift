import Synchronization

/// An HTTP/1.1 server: libmicrohttpd on one thread of its own, handlers in tasks.
///
/// A request is read on the server's thread, its connection is then suspended, and a task runs the handler; the answer wakes the
/// connection. A slow handler so never delays other clients. What clients may use up is bounded by ``ServerLimits``.
package final class HTTPServer: Sendable {
  /// Where the server listens, with the port that the kernel gave if 0 was asked for.
  package let address: ListenAddress

  private let core: ServerCore
  private let daemon: Mutex<ServerDaemon?>

  /// Starts to listen and to answer with `handler`; with TLS if `security` has credentials for it.
  package static func start(
    on address: ListenAddress, limits: ServerLimits = ServerLimits(),
    security: SecuritySource? = nil, handler: @escaping HTTPHandler
  ) throws(WebServerError) -> HTTPServer {
    let (socket, bound) = try ListenSocket.open(address)
    let core = ServerCore(limits: limits, security: security, handler: handler)
    let daemon = try ServerDaemon.start(socket: socket, address: bound, core: core)
    return HTTPServer(address: bound, core: core, daemon: daemon)
  }

  /// Starts to listen and to answer by the routes.
  package static func start(
    on address: ListenAddress, limits: ServerLimits = ServerLimits(),
    security: SecuritySource? = nil, router: Router
  ) throws(WebServerError) -> HTTPServer {
    try start(on: address, limits: limits, security: security) { await router.respond(to: $0) }
  }

  private init(address: ListenAddress, core: ServerCore, daemon: ServerDaemon) {
    self.address = address
    self.core = core
    self.daemon = Mutex(daemon)
  }

  deinit {
    let left = daemon.withLock { $0.take() }
    guard let left else { return }
    _ = core.beginStopping()
    left.stopListening()
    core.abandonRunning()
    left.stop()
  }

  /// The port that the server listens on.
  package var boundPort: Int { address.port }

  /// What the server has counted so far.
  package var counters: ServerCounters {
    var counters = core.state.withLock { state in
      var counters = state.counters
      counters.requestsInFlight = state.running.count
      return counters
    }
    counters.rejectedConnections = daemon.withLock { $0?.rejectedConnections ?? 0 }
    return counters
  }

  /// Stops: no new connections, running handlers may end within the grace period and their answers are sent.
  ///
  /// Handlers that still run then are cancelled and their clients are answered 503. A second call returns at once.
  package func stop(grace: Duration = .seconds(3)) async {
    guard core.beginStopping() else { return }
    daemon.withLock { $0?.stopListening() }
    await core.wait(for: .handlersDone, atMost: grace)
    core.abandonRunning()
    // The last answers are still on their way to the clients.
    await core.wait(for: .exchangesDone, atMost: .seconds(1))
    let last = daemon.withLock { $0.take() }
    last?.stop()
  }
}
