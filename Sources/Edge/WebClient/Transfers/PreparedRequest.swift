import Synchronization

/// A request that is sent repeatedly, as by a scraper.
///
/// It is checked once and retains a configured libcurl handle, because configuring one costs more
/// than sending the request. It may be sent from several tasks at once; a task that finds the
/// handle in use gets a new one.
package final class PreparedRequest: Sendable {
  let step: RedirectStep
  /// The handle that is not in use; about 10 KB.
  private let idle = Mutex<Transfer?>(nil)

  /// Checks a request.
  ///
  /// - Throws: `invalidURL` or `invalidRequest` of ``WebClientError``.
  package init(_ request: WebRequest) throws(WebClientError) {
    step = try RedirectStep(request)
  }

  /// A configured handle; nil if memory is exhausted.
  func takeTransfer() throws(WebClientError) -> Transfer? {
    if let transfer = idle.withLock({ $0.take() }) {
      transfer.clear()
      return transfer
    }
    let transfer = Transfer()
    if let transfer { try step.configure(transfer, timeout: step.request.timeout) }
    return transfer
  }

  /// Stores a handle whose transfer has succeeded for the next one.
  func store(_ transfer: Transfer) {
    // The handle of a connect-only request owns its connection, which must not stay open.
    if !step.request.connectsOnly { idle.withLock { $0 = transfer } }
  }
}
