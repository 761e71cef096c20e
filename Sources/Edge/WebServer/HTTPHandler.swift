/// Answers one request.
///
/// It runs in a task of its own, never on the server's thread; the task is cancelled when the server stops and the grace
/// period is over.
package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
