/// Answers one request.
///
/// A handler runs in its own task, never on the server's thread. The task is cancelled when the
/// client disconnects, and when the server stops and the grace period is over; work that must not
/// end half-way needs a separate task.
package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
