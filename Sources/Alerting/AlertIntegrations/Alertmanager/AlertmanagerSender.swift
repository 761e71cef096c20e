package import Logging
package import StorageAPI
package import WebClient

/// Sends alerts to one real Alertmanager: a bounded queue, one call at a time (N4).
///
/// A call that fails is not repeated: the rules send every alert that fires again and again, and every end for a quarter of an hour, so
/// the next round repairs the loss. The Alertmanagers of a configuration do not wait for each other.
package actor AlertmanagerSender: AlertSink {
  /// Alerts that wait at most; then the oldest are dropped.
  package static let queueLimit = 10_000
  /// Alerts in one call.
  package static let batchLimit = 256

  /// Where alerts go.
  package nonisolated let endpoint: AlertmanagerEndpoint
  /// What was sent so far.
  package private(set) var counts = AlertmanagerCounts()

  private let client: WebClient
  private let log: Logger
  private var queue: [Alert] = []
  private var sending: Task<Void, Never>?
  private var isFailing = false

  package init(
    _ endpoint: AlertmanagerEndpoint, client: WebClient,
    log: Logger = Logger(label: "alertmanager")
  ) {
    self.endpoint = endpoint
    self.client = client
    self.log = log
  }

  package func receive(_ alerts: [Alert]) async {
    for var alert in alerts {
      guard let labels = endpoint.relabel(alert.labels) else { continue }
      alert.labels = labels
      queue.append(alert)
    }
    let surplus = queue.count - Self.queueLimit
    if surplus > 0 {
      queue.removeFirst(surplus)
      counts.dropped += surplus
    }
    counts.queued = queue.count
    if sending == nil, !queue.isEmpty { sending = Task { await self.drain() } }
  }

  /// Returns when what waits was sent, or could not be.
  package func finish() async { await sending?.value }

  private func drain() async {
    while !queue.isEmpty {
      let batch = Array(queue.prefix(Self.batchLimit))
      queue.removeFirst(batch.count)
      counts.queued = queue.count
      do {
        try await post(batch)
        counts.sent += batch.count
        if isFailing { log.notice("alerts arrive again", metadata: ["url": "\(endpoint.url)"]) }
        isFailing = false
      } catch {
        counts.errors += batch.count
        if !isFailing {
          log.error(
            "cannot send alerts", metadata: ["url": "\(endpoint.url)", "error": "\(error)"])
        }
        isFailing = true
      }
    }
    sending = nil
  }

  private func post(_ batch: [Alert]) async throws {
    var request = WebRequest(.post, endpoint.url, body: AlertmanagerMessage.body(batch))
    try endpoint.configure(&request)
    request.headers["Content-Type"] = "application/json"
    request.timeout = endpoint.timeout
    let response = try await client.send(request)
    guard response.isSuccess else { throw RefusedAlerts(status: response.status) }
  }
}

/// An answer that is no success.
private struct RefusedAlerts: Error, CustomStringConvertible {
  let status: Int
  var description: String { "the Alertmanager answered \(status)" }
}
