private import CMicroHTTPD
import Synchronization

/// One request and its response, from the request line to the last byte sent.
///
/// libmicrohttpd stores it in its per-request pointer. Everything but `finish` runs on
/// libmicrohttpd's thread.
@safe final class HTTPExchange: Sendable {
  /// The state of the exchange; it only advances from one case to a later one.
  enum Phase {
    case fresh
    case receiving(Inbound)
    case running(Running)
    case ready(HTTPResponse)
    case answered
  }

  /// The running handler.
  struct Running {
    /// The handler's task; nil until `attach` is called.
    var task: Task<Void, Never>?
    var clientIsGone = false
  }

  /// The part of the request that has arrived.
  struct Inbound {
    var method: HTTPMethod
    var headers: HTTPHeaders
    var body: [UInt8] = []
    var bodyBytesSeen = 0
    /// The response that refuses the request before it reaches the handler; the rest of its body is
    /// discarded.
    var refusal: HTTPResponse?
  }

  /// Path and query as they were sent.
  let target: String
  let phase = Mutex<Phase>(.fresh)
  private nonisolated(unsafe) let connection: OpaquePointer
  private let watch = Mutex<(watcher: HangupWatcher, ticket: HangupWatcher.Ticket)?>(nil)

  init(target: String, connection: OpaquePointer) {
    self.target = target
    unsafe self.connection = connection
  }

  /// Stores the handler's task, to cancel it when the client disconnects or the server stops.
  func attach(_ task: Task<Void, Never>) {
    phase.withLock { phase in
      guard case .running(let running) = phase else { return }
      if running.clientIsGone { task.cancel() }
      phase = .running(Running(task: task, clientIsGone: running.clientIsGone))
    }
  }

  /// Calls `onHangup` if the client disconnects before the response is ready.
  ///
  /// The connection must be suspended, and the handler not started.
  func watchClient(with watcher: HangupWatcher, onHangup: @escaping @Sendable () -> Void) {
    let socket = unsafe tocsin_mhd_socket(connection)
    watch.withLock { watch in
      watch = watcher.watch(socket, onHangup: onHangup).map { (watcher, $0) }
    }
  }

  /// Cancels the handler's task; its response is discarded.
  func abandon() {
    phase.withLock { phase in
      guard case .running(var running) = phase else { return }
      running.task?.cancel()
      running.clientIsGone = true
      phase = .running(running)
    }
  }

  /// Sets the response and resumes the connection; returns false if another response was set
  /// before.
  func finish(_ response: HTTPResponse) -> Bool {
    let isFirst = phase.withLock { phase in
      guard case .running(let running) = phase else { return false }
      running.task?.cancel()
      phase = .ready(response)
      return true
    }
    guard isFirst else { return false }
    // The socket is certain to stay open only while the connection is suspended.
    if let (watcher, ticket) = watch.withLock({ $0.take() }) { watcher.unwatch(ticket) }
    unsafe MHD_resume_connection(connection)
    return true
  }
}
