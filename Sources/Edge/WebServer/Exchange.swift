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
    case running(Task<Void, Never>?)
    case ready(HTTPResponse)
    case answered
  }

  /// What has arrived of the request.
  struct Inbound {
    var method: HTTPMethod
    var headers: HTTPHeaders
    var body: [UInt8] = []
    var bodyBytesSeen = 0
    var isTooLarge = false
  }

  /// Path and query as they were sent.
  let target: String
  let phase = Mutex<Phase>(.fresh)
  private nonisolated(unsafe) let connection: OpaquePointer

  init(target: String, connection: OpaquePointer) {
    self.target = target
    unsafe self.connection = connection
  }

  /// Remembers the task of the handler, to cancel it when the server stops.
  func attach(_ task: Task<Void, Never>) {
    phase.withLock { phase in
      if case .running = phase { phase = .running(task) }
    }
  }

  /// Hands over the answer and wakes the connection; false if another answer was first.
  func finish(_ response: HTTPResponse) -> Bool {
    let isFirst = phase.withLock { phase in
      guard case .running(let task) = phase else { return false }
      task?.cancel()
      phase = .ready(response)
      return true
    }
    if isFirst { unsafe MHD_resume_connection(connection) }
    return isFirst
  }
}
