import MetricModel

/// How one server behind the exporter stands, for `/health` and the screen of `tocsin up`.
package struct BackendHealth: Sendable, Equatable {
  /// The kinds of servers that are asked.
  package enum Kind: String, Sendable, CaseIterable {
    case postgres, redis
  }

  /// What kind of server it is.
  package let kind: Kind
  /// Host and port, or the socket.
  package let server: String
  /// Whether the last question was answered.
  package let isUp: Bool
  /// The server's version; empty before the first answer.
  package let version: String
  /// Why it is down; empty when it is up. Holds no secrets.
  package let reason: String

  package init(kind: Kind, server: String, isUp: Bool, version: String, reason: String) {
    self.kind = kind
    self.server = server
    self.isUp = isUp
    self.version = version
    self.reason = reason
  }
}

/// The answer of `/health`: the exporter's own state and that of every backend.
struct HealthReport {
  let uptime: Duration
  let now: Timestamp
  let backends: [BackendHealth]

  /// `degraded` when a backend is down: the exporter itself is well, or it could not say so.
  var status: String { backends.allSatisfy(\.isUp) ? "ok" : "degraded" }

  var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("status")
      json.string(status)
      json.key("version")
      json.string(TocsinVersion.current)
      json.key("uptime")
      json.integer(Int(uptime.components.seconds))
      for kind in BackendHealth.Kind.allCases {
        json.key(kind.rawValue)
        write(backends.filter { $0.kind == kind }, to: &json)
      }
      json.key("timestamp")
      json.string(now.rfc3339)
    }
    return json.bytes
  }

  private func write(_ servers: [BackendHealth], to json: inout JSONWriter) {
    json.object { json in
      json.key("status")
      json.string(
        servers.isEmpty
          ? "not configured" : servers.allSatisfy(\.isUp) ? "connected" : "disconnected")
      json.key("servers")
      json.array { json in
        for server in servers {
          json.object { json in
            json.key("server")
            json.string(server.server)
            json.key("status")
            json.string(server.isUp ? "connected" : "disconnected")
            json.key("version")
            json.string(server.version)
            if !server.isUp {
              json.key("reason")
              json.string(server.reason)
            }
          }
        }
      }
    }
  }
}
