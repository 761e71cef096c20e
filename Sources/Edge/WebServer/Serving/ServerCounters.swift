/// Counters of a server since its start, for its own metrics.
package struct ServerCounters: Sendable, Equatable {
  /// Requests that reached a handler.
  package var requests = 0
  /// Handlers that are running now.
  package var requestsInFlight = 0
  /// Responses by status code, including those that no handler produced.
  package var responses: [Int: Int] = [:]
  /// Bytes of bodies sent to clients, after compression.
  package var bodyBytes = 0
  /// Connections accepted.
  package var connections = 0
  /// Connections that are open now.
  package var connectionsOpen = 0
  /// Connections closed at once because a connection limit was reached.
  package var rejectedConnections = 0
  /// Requests answered with 503 because too many were in flight.
  package var rejectedBusy = 0
  /// Requests answered with 413 or 431.
  package var rejectedTooLarge = 0
  /// Handlers cancelled because their client had disconnected.
  package var abandoned = 0
  /// Requests that were not read to their end: malformed, or aborted by the client.
  package var rejectedMalformed = 0
}
