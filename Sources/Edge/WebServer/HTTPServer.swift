import Synchronization

/// An HTTP/1.1 server: libmicrohttpd on a thread of its own, and handlers in tasks.
///
/// The server's thread reads a request and suspends its connection, a task runs the handler, and
/// the response resumes the connection; a slow handler never delays other clients. ``ServerLimits``
/// bounds what clients can use.
package final class HTTPServer: Sendable {
  /// The address on which the server listens, with the port that the kernel chose if 0 was
  /// requested.
  package let address: ListenAddress

  private let core: ServerCore
  private let daemon: Mutex<ServerDaemon?>

  /// Starts a server that answers with `handler`; it uses TLS if `security` has credentials for it.
  ///
  /// - Throws: ``WebServerError`` if the server cannot listen or start.
  package static func start(
    on address: ListenAddress, limits: ServerLimits = ServerLimits(),
    security: SecuritySource? = nil, handler: @escaping HTTPHandler
  ) throws(WebServerError) -> HTTPServer {
    let (socket, bound) = try ListenSocket.open(address)
    let core = ServerCore(limits: limits, security: security, handler: handler)
    let daemon = try ServerDaemon.start(socket: socket, address: bound, core: core)
    return HTTPServer(address: bound, core: core, daemon: daemon)
  }

  /// Starts a server that answers by the routes of `router`.
  ///
  /// - Throws: ``WebServerError`` if the server cannot listen or start.
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

  /// The server's counters at this moment.
  package var counters: ServerCounters {
    var counters = core.state.withLock { state in
      var counters = state.counters
      counters.requestsInFlight = state.running.count
      return counters
    }
    counters.rejectedConnections = daemon.withLock { $0?.rejectedConnections ?? 0 }
    return counters
  }

  /// Stops the server: it accepts no new connections, and running handlers have the grace period to
  /// finish and get their responses sent.
  ///
  /// After the grace period the remaining handlers are cancelled and their clients are answered
  /// 503. A second call returns at once.
  package func stop(grace: Duration = .seconds(3)) async {
    guard core.beginStopping() else { return }
    daemon.withLock { $0?.stopListening() }
    await core.wait(for: .handlersDone, atMost: grace)
    core.abandonRunning()
    // The last responses are still being sent.
    await core.wait(for: .exchangesDone, atMost: .seconds(1))
    let last = daemon.withLock { $0.take() }
    last?.stop()
  }
}
