private import CMicroHTTPD
import Synchronization

/// One request and its answer, from the request line to the last byte sent.
///
/// libmicrohttpd keeps it in its per-request pointer. Everything but `finish` happens on libmicrohttpd's thread.
@safe final class Exchange: Sendable {
  /// Where the exchange stands; it moves downwards only.
  enum Phase {
    case fresh
    case receiving(Inbound)
    case running(Running)
    case ready(HTTPResponse)
    case answered
  }

  /// The handler at work.
  struct Running {
    /// Nil until the task is known here.
    var task: Task<Void, Never>?
    var clientIsGone = false
  }

  /// What has arrived of the request.
  struct Inbound {
    var method: HTTPMethod
    var headers: HTTPHeaders
    var body: [UInt8] = []
    var bodyBytesSeen = 0
    /// Why the request will not reach the handler. What still comes of its body is thrown away.
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

  /// Remembers the task of the handler, to cancel it when the client goes away or the server stops.
  func attach(_ task: Task<Void, Never>) {
    phase.withLock { phase in
      guard case .running(let running) = phase else { return }
      if running.clientIsGone { task.cancel() }
      phase = .running(Running(task: task, clientIsGone: running.clientIsGone))
    }
  }

  /// Calls `onHangup` if the client goes away before the answer is there. The connection must be
  /// suspended, and the handler not started.
  func watchClient(with watcher: HangupWatcher, onHangup: @escaping @Sendable () -> Void) {
    let socket = unsafe tocsin_mhd_socket(connection)
    watch.withLock { watch in
      watch = watcher.watch(socket, onHangup: onHangup).map { (watcher, $0) }
    }
  }

  /// Cancels the handler's task; its answer, whatever it is, will reach nobody.
  func abandon() {
    phase.withLock { phase in
      guard case .running(var running) = phase else { return }
      running.task?.cancel()
      running.clientIsGone = true
      phase = .running(running)
    }
  }

  /// Hands over the answer and wakes the connection; false if another answer was first.
  func finish(_ response: HTTPResponse) -> Bool {
    let isFirst = phase.withLock { phase in
      guard case .running(let running) = phase else { return false }
      running.task?.cancel()
      phase = .ready(response)
      return true
    }
    guard isFirst else { return false }
    // Only a suspended connection keeps its socket.
    if let (watcher, ticket) = watch.withLock({ $0.take() }) { watcher.unwatch(ticket) }
    unsafe MHD_resume_connection(connection)
    return true
  }
}
