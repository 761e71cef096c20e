/// Answers one request.
///
/// It runs in a task of its own, never on the server's thread. The task is cancelled when its client goes away, and when the
/// server stops and the grace period is over; work that must not end half-way belongs into a task of its own.
package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
