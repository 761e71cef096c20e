import CMicroHTTPD
import Synchronization

/// The functions that libmicrohttpd calls on its thread; `context` is the ``ServerCore``, the per-request
/// pointer a retained ``Exchange``.
enum ServerCallbacks {
  typealias Context = UnsafeMutableRawPointer?

  /// A request line has come.
  static let begin:
    @convention(c) (Context, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
      context, uri, connection in
      guard let core = unsafe core(context), let connection = unsafe connection else { return nil }
      let target = unsafe uri.map { unsafe String(cString: $0) } ?? ""
      core.state.withLock { $0.open += 1 }
      let exchange = unsafe Exchange(target: target, connection: connection)
      return unsafe Unmanaged.passRetained(exchange).toOpaque()
    }

  /// Headers are complete, a part of the body has come, the request is complete, or a connection was resumed.
  static let handle:
    @convention(c) (
      Context, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
      UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> MHD_Result = { context, connection, _, method, _, data, size, slot in
      guard let core = unsafe core(context), let connection = unsafe connection,
        let size = unsafe size, let pointer = unsafe slot?.pointee
      else { return .NO }
      let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
      let conversation = unsafe Conversation(core: core, connection: connection, exchange: exchange)
      let part = unsafe UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size.pointee)
      let name = unsafe method.map { unsafe String(cString: $0) } ?? ""
      unsafe size.pointee = 0
      return unsafe conversation.advance(method: name, bodyPart: part) ? .YES : .NO
    }

  /// An exchange is over: answered, or its client is gone.
  static let complete:
    @convention(c) (
      Context, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
      MHD_RequestTerminationCode
    ) -> Void = { context, _, slot, _ in
      guard let core = unsafe core(context), let pointer = unsafe slot?.pointee else { return }
      let exchange = unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
      unsafe slot?.pointee = nil
      let wasRefused = exchange.phase.withLock { phase in
        switch phase {
        case .fresh, .receiving: true
        case .running, .ready, .answered: false
        }
      }
      core.change { state in
        state.open -= 1
        // libmicrohttpd itself answers what it cannot read as a request.
        if wasRefused { state.counters.rejectedMalformed += 1 }
      }
    }

  /// A connection was opened or closed. An open TLS connection keeps its credentials, which may be replaced meanwhile for others.
  static let connectionChanged:
    @convention(c) (
      Context, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
      MHD_ConnectionNotificationCode
    ) -> Void = { context, connection, kept, change in
      guard let core = unsafe core(context) else { return }
      if core.usesTLS, let connection = unsafe connection, let kept = unsafe kept {
        if change == .CONNECTION_NOTIFY_STARTED {
          if let credentials = core.security?().tls {
            unsafe credentials.adopt(connection)
            unsafe kept.pointee = Unmanaged.passRetained(credentials).toOpaque()
          }
        } else if let pointer = unsafe kept.pointee {
          unsafe Unmanaged<TLSCredentials>.fromOpaque(pointer).release()
          unsafe kept.pointee = nil
        }
      }
      core.count { counters in
        if change == .CONNECTION_NOTIFY_STARTED {
          counters.connections += 1
          counters.connectionsOpen += 1
        } else {
          counters.connectionsOpen -= 1
        }
      }
    }

  private static func core(_ context: Context) -> ServerCore? {
    unsafe context.map { unsafe Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
  }
}
