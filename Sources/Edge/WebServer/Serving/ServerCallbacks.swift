import CMicroHTTPD
import Synchronization

/// The functions that libmicrohttpd calls on its thread; `context` is the ``ServerCore``, and the
/// per-request pointer a retained ``HTTPExchange``.
enum ServerCallbacks {
  typealias Context = UnsafeMutableRawPointer?

  /// Called when the request line has arrived.
  static let begin:
    @convention(c) (Context, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
      context, uri, connection in
      guard let core = unsafe core(context), let connection = unsafe connection else { return nil }
      let target = unsafe uri.map { unsafe String(cString: $0) } ?? ""
      core.state.withLock { $0.open += 1 }
      let exchange = unsafe HTTPExchange(target: target, connection: connection)
      return unsafe Unmanaged.passRetained(exchange).toOpaque()
    }

  /// Called when the headers are complete, a part of the body has arrived, the request is complete,
  /// or the connection was resumed.
  static let handle:
    @convention(c) (
      Context, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
      UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?,
      UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> MHD_Result = { context, connection, _, method, _, data, size, slot in
      guard let core = unsafe core(context), let connection = unsafe connection,
        let size = unsafe size, let pointer = unsafe slot?.pointee
      else { return .NO }
      let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
      let handling = unsafe RequestHandling(core: core, connection: connection, exchange: exchange)
      let part = unsafe UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size.pointee)
      let name = unsafe method.map { unsafe String(cString: $0) } ?? ""
      unsafe size.pointee = 0
      return unsafe handling.advance(method: name, bodyPart: part) ? .YES : .NO
    }

  /// Called when an exchange has ended: answered, or its client disconnected.
  static let complete:
    @convention(c) (
      Context, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
      MHD_RequestTerminationCode
    ) -> Void = { context, _, slot, _ in
      guard let core = unsafe core(context), let pointer = unsafe slot?.pointee else { return }
      let exchange = unsafe Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue()
      unsafe slot?.pointee = nil
      let wasRefused = exchange.phase.withLock { phase in
        switch phase {
        case .fresh, .receiving: true
        case .running, .ready, .answered: false
        }
      }
      core.change { state in
        state.open -= 1
        // libmicrohttpd itself answers malformed requests.
        if wasRefused { state.counters.rejectedMalformed += 1 }
      }
    }

  /// Called when a connection is opened or closed; an open TLS connection retains its credentials,
  /// which may be replaced by others for new connections.
  static let connectionChanged:
    @convention(c) (
      Context, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
      MHD_ConnectionNotificationCode
    ) -> Void = { context, connection, socketContext, change in
      guard let core = unsafe core(context) else { return }
      if core.usesTLS, let connection = unsafe connection, let socketContext = unsafe socketContext
      {
        if change == .CONNECTION_NOTIFY_STARTED {
          if let credentials = core.security?().tls {
            unsafe credentials.adopt(connection)
            unsafe socketContext.pointee = Unmanaged.passRetained(credentials).toOpaque()
          }
        } else if let pointer = unsafe socketContext.pointee {
          unsafe Unmanaged<TLSCredentials>.fromOpaque(pointer).release()
          unsafe socketContext.pointee = nil
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
