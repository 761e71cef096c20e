package import CollectorCore

/// The collectors of this room.
package enum RedisCollectors {
  /// The collector of each server. The peer knows one server only and has no `server` label; so it
  /// stands on the series only if there are several servers, or if the configuration wants it.
  package static func scheduled(
    for servers: [RedisServer], alwaysLabelled: Bool = false
  ) -> [ScheduledCollector] {
    servers.map { server in
      var collector = ScheduledCollector("redis@\(server.label)", RedisCollector(server))
      if alwaysLabelled || servers.count > 1 {
        collector.constantLabels = [(name: "server", value: server.label)]
      }
      return collector
    }
  }
}
