/// The limits of one server; reaching one leads to an error response or a counter, never to a
/// crash.
package struct ServerLimits: Sendable {
  /// Open connections; further clients wait in the kernel's backlog until one closes.
  package var maxConnections = 512
  /// Open connections of one IP address, 0 for no limit; further ones are closed at once.
  package var maxConnectionsPerAddress = 0
  /// Bytes of request line and headers together; more is answered with 431.
  package var maxHeaderBytes = 64 << 10
  /// Bytes of a request body; a larger one is answered with 413.
  package var maxBodyBytes = 4 << 20
  /// Requests whose handlers run at the same time; more are answered with 503.
  package var maxRequestsInFlight = 256
  /// How long a connection may be idle while the server waits for the client.
  package var idleTimeout: Duration = .seconds(75)

  package init() {}
}
