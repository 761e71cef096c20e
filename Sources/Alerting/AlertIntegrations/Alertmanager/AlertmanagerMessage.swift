import MetricModel
import StorageAPI

/// The body of `POST /api/v2/alerts`.
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
