package import CollectorCore

/// The collectors of this module.
package enum RedisCollectors {
  /// The collector of each server. redis_exporter has one server only and no `server` label; so the
  /// series have one only if there are several servers, or if the configuration requests it.
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
