import Synchronization

/// A request with a handle of libcurl on which everything is set.
struct PreparedTransfer: Sendable {
  let hop: Hop
  /// Nil if there was no memory.
  let transfer: Transfer?

  /// Sets up a handle for the first hop of a request.
  init(_ request: WebRequest) throws(WebClientError) {
    hop = try Hop(request)
    transfer = Transfer()
    if let transfer { try hop.configure(transfer, timeout: request.timeout) }
  }
}

/// Handles of requests that are sent again and again, as a scraper does: setting one up costs more than sending it.
final class PreparedTransfers: Sendable {
  /// How many are kept, of about 10 KB each; beyond that all others are forgotten.
  static let capacity = 1024

  private let kept = Mutex<[WebRequest: PreparedTransfer]>([:])

  /// Takes out the handle of a request that was sent before; nil if there is none.
  func take(_ request: WebRequest) -> PreparedTransfer? {
    guard let found = kept.withLock({ $0.removeValue(forKey: request) }) else { return nil }
    found.transfer?.clear()
    return found
  }

  /// Keeps a handle whose transfer has ended well, if its request is one that may be sent again as it is.
  func keep(_ transfer: PreparedTransfer) {
    let request = transfer.hop.request
    guard request.method == .get, request.body == nil, request.reusesConnection,
      !request.collectsCertificates, !request.connectsOnly
    else { return }
    kept.withLock { kept in
      if kept.count >= Self.capacity { kept = [:] }
      kept[request] = transfer
    }
  }
}
