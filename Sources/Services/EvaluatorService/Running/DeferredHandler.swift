import Synchronization
import WebServer

/// Answers 503 until it has a router: the port is bound before the store is opened, so that a
/// second evaluator fails at once.
final class DeferredHandler: Sendable {
  private let router = Mutex<Router?>(nil)

  /// Uses this router from now on.
  func open(_ routes: Router) { router.withLock { $0 = routes } }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let router = router.withLock({ $0 }) else {
      return .text("Tocsin evaluator is starting.\n", status: 503)
    }
    return await router.respond(to: request)
  }
}
