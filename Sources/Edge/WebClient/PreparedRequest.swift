import Synchronization

/// A request that is sent again and again, as a scraper does: it is checked once and keeps the handle of libcurl on which everything
/// is set, because setting one up costs more than sending it.
///
/// May be sent from several tasks at once; those that find the handle in use get one of their own.
package final class PreparedRequest: Sendable {
  let hop: RedirectStep
  /// About 10 KB.
  private let idle = Mutex<Transfer?>(nil)

  /// Checks a request; throws `invalidURL` or `invalidRequest`.
  package init(_ request: WebRequest) throws(WebClientError) {
    hop = try RedirectStep(request)
  }

  /// A handle that is ready to be sent; nil if there was no memory.
  func takeTransfer() throws(WebClientError) -> Transfer? {
    if let transfer = idle.withLock({ $0.take() }) {
      transfer.clear()
      return transfer
    }
    let transfer = Transfer()
    if let transfer { try hop.configure(transfer, timeout: hop.request.timeout) }
    return transfer
  }

  /// Keeps a handle whose transfer has ended well.
  func keep(_ transfer: Transfer) {
    // Such a handle owns its connection, which must not stay open.
    if !hop.request.connectsOnly { idle.withLock { $0 = transfer } }
  }
}
