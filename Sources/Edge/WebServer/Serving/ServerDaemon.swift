import CMicroHTTPD
import Glibc

/// A running libmicrohttpd daemon and its thread.
///
/// ``stop()`` must be called exactly once, after all suspended connections were resumed.
@safe final class ServerDaemon: Sendable {
  private nonisolated(unsafe) let raw: OpaquePointer
  private let context: Unmanaged<ServerCore>
  private nonisolated(unsafe) let rejected: UnsafeMutablePointer<UInt64>

  /// The memory of a connection that libmicrohttpd needs for itself and for the response's headers,
  /// in bytes.
  private static let connectionMemoryBesideHeaders = 16 << 10

  /// Starts a daemon that takes over the listening socket.
  static func start(
    socket: Int32, address: ListenAddress, core: ServerCore
  ) throws(WebServerError) -> ServerDaemon {
    let context = unsafe Unmanaged.passRetained(core)
    let rejected = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    unsafe rejected.initialize(to: 0)
    var settings = unsafe tocsin_mhd_settings()
    unsafe settings.listen_socket = socket
    unsafe settings.connection_limit = UInt32(clamping: core.limits.maxConnections)
    unsafe settings.connections_per_ip = UInt32(clamping: core.limits.maxConnectionsPerAddress)
    unsafe settings.idle_timeout_seconds = UInt32(
      clamping: max(1, core.limits.idleTimeout.components.seconds))
    unsafe settings.connection_memory = core.limits.maxHeaderBytes + connectionMemoryBesideHeaders
    unsafe settings.context = context.toOpaque()
    unsafe settings.begin = ServerCallbacks.begin
    unsafe settings.handle = ServerCallbacks.handle
    unsafe settings.complete = ServerCallbacks.complete
    unsafe settings.connection_changed = ServerCallbacks.connectionChanged
    unsafe settings.rejected = rejected
    unsafe settings.uses_tls = core.usesTLS ? 1 : 0
    guard let raw = unsafe tocsin_mhd_start(&settings) else {
      close(socket)
      core.endWatching()
      unsafe context.release()
      unsafe rejected.deallocate()
      throw .system(
        address, reason: "libmicrohttpd did not start; are threads or file descriptors used up?")
    }
    return unsafe ServerDaemon(raw: raw, context: context, rejected: rejected)
  }

  private init(
    raw: OpaquePointer, context: Unmanaged<ServerCore>, rejected: UnsafeMutablePointer<UInt64>
  ) {
    unsafe self.raw = raw
    unsafe self.context = context
    unsafe self.rejected = rejected
  }

  /// Closes the listening socket; open connections remain.
  func stopListening() {
    let socket = unsafe MHD_quiesce_daemon(raw)
    if socket >= 0 { close(socket) }
  }

  /// Closes all connections and ends the thread.
  func stop() {
    unsafe MHD_stop_daemon(raw)
    unsafe context.takeUnretainedValue().endWatching()
    unsafe context.release()
  }

  deinit {
    unsafe rejected.deallocate()
  }

  /// The number of connections that were closed because a limit was reached.
  var rejectedConnections: Int { unsafe Int(tocsin_mhd_load(rejected)) }
}
