import SystemAccess
import CollectorCore
package import ExporterConfiguration
package import Logging
import MetricModel
import ServiceLifecycle
package import WebSecurity
package import WebServer

/// The exporter as a service: it listens as soon as it is created, and answers until shutdown.
package final class ExporterDaemon: Service {
  /// The address it listens on.
  package let address: ListenAddress
  /// A summary of the collectors, for the console.
  package let summary: ExporterSummary

  private let assembly: ExporterAssembly
  private let server: HTTPServer
  private let logger: Logger

  /// Opens the listener, with the web configuration if there is one. If it throws, everything is
  /// closed again.
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

  /// Tunes the heap of a process that runs only an exporter; to be called first. Saves a fifth of
  /// the memory with a large Postgres server, at no cost.
  package static func ownProcess() { HeapPages.share() }

  /// The health of the monitored servers.
  package func health() async -> [BackendHealth] { await assembly.health() }

  /// Reads the files with custom queries again; the rest of the configuration stays unchanged until
  /// a restart. Returns whether the new queries are used: if a file is invalid, the previous ones
  /// continue.
  @discardableResult
  package func reload() -> Bool { assembly.customQueries.run(logger: logger) }

  package func run() async throws {
    logger.info(
      "exporter is listening",
      metadata: ["address": "\(address)", "collectors": "\(summary.collectors.count)"])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.assembly.run() }
      // An error means that this task was cancelled, which also ends the service.
      try? await gracefulShutdown()
      group.cancelAll()
      await server.stop(grace: .seconds(2))
    }
    logger.info("exporter has stopped")
  }
}

/// A summary of the collectors of an exporter, for the console.
package struct ExporterSummary: Sendable {
  /// The names of all enabled collectors.
  package var collectors: [String] = []
  /// The Postgres servers and where they are named.
  package var postgres: [(server: String, origin: String)] = []
  /// The number of probe targets.
  package var probes = 0
  /// The Redis servers and where they are named.
  package var redis: [(server: String, origin: String)] = []
}
