import MetricModel

/// The health of one monitored server, for `/health` and the console of `tocsin up`.
package struct BackendHealth: Sendable, Equatable {
  /// The kinds of monitored servers.
  package enum Kind: String, Sendable, CaseIterable {
    case postgres, redis
  }

  /// The kind of the server.
  package let kind: Kind
  /// Host and port, or the socket.
  package let server: String
  /// Whether the last query succeeded.
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

/// The answer of `/health`: the state of the exporter and of every monitored server.
struct HealthReport {
  let uptime: Duration
  let now: Timestamp
  let backends: [BackendHealth]

  /// `degraded` if a server is down. The exporter itself works whenever it answers.
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
