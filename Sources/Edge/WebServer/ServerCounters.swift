/// What a server has counted since it started, for its own metrics.
package struct ServerCounters: Sendable, Equatable {
  /// Requests that reached a handler.
  package var requests = 0
  /// Handlers that run now.
  package var requestsInFlight = 0
  /// Answers by status code, those that no handler gave included.
  package var responses: [Int: Int] = [:]
  /// Bytes of bodies handed to clients, after compression.
  package var bodyBytes = 0
  /// Connections accepted.
  package var connections = 0
  /// Connections open now.
  package var connectionsOpen = 0
  /// Connections closed at once because a limit was reached.
  package var rejectedConnections = 0
  /// Requests answered 503 because too many were in flight.
  package var rejectedBusy = 0
  /// Requests answered 413 or 431.
  package var rejectedTooLarge = 0
  /// Handlers cancelled because their client had gone away.
  package var abandoned = 0
  /// Requests with a path that could not be read to their end: malformed, or given up by the client.
  package var rejectedMalformed = 0
}
