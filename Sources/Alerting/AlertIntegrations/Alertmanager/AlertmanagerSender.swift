import Configuration
package import Logging
package import StorageAPI
package import WebClient

/// Sends alerts to one Alertmanager, through a bounded queue and one call at a time.
///
/// A failed call is not repeated: rules send every firing alert in each evaluation, and every
/// resolved one for 15 minutes, so the next round makes up for it. The Alertmanagers of a
/// configuration do not wait for each other.
package actor AlertmanagerSender: AlertSink {
  /// The most alerts in the queue; beyond it the oldest are dropped.
  package static let queueLimit = 10_000
  /// The most alerts in one call.
  package static let batchLimit = 256

  /// The Alertmanager.
  package nonisolated let endpoint: AlertmanagerEndpoint
  /// The counters since the start.
  package private(set) var counts = AlertmanagerCounts()

  private let client: WebClient
  private let log: Logger
  private var queue: [Alert] = []
  private var sending: Task<Void, Never>?
  private var isFailing = false

  /// Creates a sender; nothing runs until alerts arrive.
  package init(
    _ endpoint: AlertmanagerEndpoint, client: WebClient,
    log: Logger = Logger(label: "alertmanager")
  ) {
    self.endpoint = endpoint
    self.client = client
    self.log = log
  }

  /// Relabels alerts and adds them to the queue, without waiting for the calls.
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

  /// Returns when the queue is empty.
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
    request.timeout = endpoint.timeout
    try await endpoint.client.apply(to: &request)
    request.headers["Content-Type"] = "application/json"
    let response = try await client.send(request)
    guard response.isSuccess else { throw RefusedAlerts(status: response.status) }
  }
}

/// An answer with a status other than 2xx.
private struct RefusedAlerts: Error, CustomStringConvertible {
  let status: Int
  var description: String { "the Alertmanager answered \(status)" }
}
