import SystemAccess
import CollectorCore
package import ExporterConfiguration
package import Logging
import MetricModel
import ServiceLifecycle
package import WebSecurity
package import WebServer

/// The exporter as a service: it is listening once it exists, and answers until it is told to stop.
package final class ExporterDaemon: Service {
  /// Where it listens.
  package let address: ListenAddress
  /// What it collects, in words for the screen.
  package let summary: ExporterSummary

  private let assembly: ExporterAssembly
  private let server: HTTPServer
  private let logger: Logger

  /// Opens the listener, behind the web configuration if there is one; nothing is left behind when it throws.
  package init(
    _ configuration: ExporterConfiguration, listen address: ListenAddress,
    webConfig: WebConfig? = nil, logger: Logger = Logger(label: "exporter")
  ) throws {
    let assembly = try ExporterAssembly(configuration, webConfig: webConfig, logger: logger)
    let routes = ExporterRoutes(
      runner: assembly.runner, probes: assembly.probes, postgresProbes: assembly.postgresProbes,
      startedAt: .now(), now: { .now() },
      backends: { await assembly.health() })
    server = try HTTPServer.start(
      on: address, security: webConfig?.source, router: routes.router)
    self.assembly = assembly
    self.address = server.address
    summary = assembly.summary
    self.logger = logger
  }

  /// To be called first of all by a process that is an exporter and nothing else: a fifth less memory
  /// with a large Postgres, at no cost.
  package static func ownProcess() { HeapPages.share() }

  /// How the servers behind the exporter stand.
  package func health() async -> [BackendHealth] { await assembly.health() }

  /// Reads the files with custom queries again; the rest of the configuration stays as it is until a
  /// restart. Returns whether they are used: if one is wrong, those from before go on.
  @discardableResult
  package func reload() -> Bool { assembly.customQueries.run(logger: logger) }

  package func run() async throws {
    logger.info(
      "exporter is listening",
      metadata: ["address": "\(address)", "collectors": "\(summary.collectors.count)"])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.assembly.run() }
      // An error means that this task was cancelled, which ends the service just as well.
      try? await gracefulShutdown()
      group.cancelAll()
      await server.stop(grace: .seconds(2))
    }
    logger.info("exporter has stopped")
  }
}

/// What an exporter collects, for people.
package struct ExporterSummary: Sendable {
  /// The names of all collectors that are on.
  package var collectors: [String] = []
  /// The Postgres servers and where they were named.
  package var postgres: [(server: String, origin: String)] = []
  /// How many targets are probed.
  package var probes = 0
  /// The Redis servers and where they were named.
  package var redis: [(server: String, origin: String)] = []
}
