/// What one server allows its clients; a limit that is reached is an answer or a counter, never a crash.
package struct ServerLimits: Sendable {
  /// Open connections; further clients wait in the kernel's queue until one closes.
  package var maxConnections = 512
  /// Open connections of one IP address, 0 for no limit; further ones are closed at once.
  package var maxConnectionsPerAddress = 0
  /// Request line and headers together; more is answered 431.
  package var maxHeaderBytes = 64 << 10
  /// The body of a request; more is answered 413.
  package var maxBodyBytes = 4 << 20
  /// Requests whose handlers run at the same time; more is answered 503.
  package var maxRequestsInFlight = 256
  /// How long a connection may be silent while the server waits for the client.
  package var idleTimeout: Duration = .seconds(75)

  package init() {}
}
