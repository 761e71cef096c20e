import MetricModel
import WebServer

/// `/api/v2/status`. Grafana decodes `config.original` as a configuration of Alertmanager.
struct RouterStatusEndpoint: Sendable {
  private let status: APIStatus

  /// The configuration that is shown without a notifications file.
  static let emptyConfiguration = "route:\n  receiver: none\nreceivers:\n  - name: none\n"

  init(_ status: APIStatus) { self.status = status }

  func register(in router: inout Router) {
    router.get("/api/v2/status") { _ in
      let given = await status.notificationConfiguration()
      let configuration = given.isEmpty ? Self.emptyConfiguration : given
      return RouterAnswer.json { json in
        json.object { json in
          json.key("cluster")
          json.object { json in
            json.key("peers")
            json.list([])
            json.member("status", "disabled")
          }
          json.key("config")
          json.object { $0.member("original", configuration) }
          json.member("uptime", status.startTime.rfc3339)
          json.key("versionInfo")
          json.buildInfo(status)
        }
      }
    }
  }
}
