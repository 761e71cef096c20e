package import MetricModel
import StorageAPI
package import WebClient

/// One real Alertmanager that alerts are sent to (H8).
package struct AlertmanagerEndpoint: Sendable {
  /// The URL, `/api/v2/alerts` included; it holds no secrets.
  package var url: String
  /// How long one call may take.
  package var timeout: Duration = .seconds(10)
  /// Makes the request's settings: who asks and whom to trust. Secrets in files are read at each call.
  package var configure: @Sendable (inout WebRequest) throws -> Void
  /// Changes an alert's labels before it is sent, or leaves it out (N3).
  package var relabel: @Sendable (Labels) -> Labels?

  package init(
    url: String, timeout: Duration = .seconds(10),
    configure: @escaping @Sendable (inout WebRequest) throws -> Void = { _ in },
    relabel: @escaping @Sendable (Labels) -> Labels? = { $0 }
  ) {
    self.url = url
    self.timeout = timeout
    self.configure = configure
    self.relabel = relabel
  }
}

/// What was sent to one Alertmanager since the start, for the evaluator's own metrics (N5).
package struct AlertmanagerCounts: Sendable, Equatable {
  /// Alerts that were accepted.
  package var sent = 0
  /// Alerts in calls that failed; the rules send them again.
  package var errors = 0
  /// Alerts that were dropped because the queue was full.
  package var dropped = 0
  /// Alerts that wait.
  package var queued = 0

  package init() {}
}

/// Writes alerts as `POST /api/v2/alerts` takes them (N8).
enum AlertmanagerMessage {
  static func body(_ alerts: [Alert]) -> [UInt8] {
    var json = JSONWriter()
    json.array { json in
      for alert in alerts {
        json.object { json in
          json.key("labels")
          json.labels(alert.labels)
          json.key("annotations")
          json.labels(alert.annotations)
          json.key("startsAt")
          json.string(alert.startsAt.rfc3339)
          json.key("endsAt")
          json.string(alert.endsAt.rfc3339)
          json.key("generatorURL")
          json.string(alert.generatorURL)
        }
      }
    }
    return json.bytes
  }
}
