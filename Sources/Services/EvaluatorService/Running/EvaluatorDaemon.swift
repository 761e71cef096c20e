import SystemAccess
import AlertRouting
import AlertRules
import CollectorCore
import EvaluatorConfiguration
import YAMLDecoding
package import Logging
import MetricModel
import Scraping
import SampleStore
import ServiceLifecycle
import SQLiteStorage
import StorageAPI
import WebSecurity
package import WebServer

/// The evaluator as a service: it scrapes, stores, evaluates and notifies.
///
/// `start` reads the configuration and opens listener and store; if it throws, everything is closed
/// again. `run` returns within seconds of a graceful shutdown, with all state on disk.
package final class EvaluatorDaemon: Service {
  /// The address it listens on.
  package let address: ListenAddress

  private let components: EvaluatorComponents
  private let server: HTTPServer
  private let logger: Logger

  private init(components: EvaluatorComponents, server: HTTPServer, logger: Logger) {
    self.components = components
    self.server = server
    self.logger = logger
    address = server.address
  }

  /// Reads the configuration, opens listener and store, and restores the state of an earlier
  /// process.
  package static func start(
    _ options: EvaluatorOptions, logger: Logger = Logger(label: "evaluator")
  ) async throws -> EvaluatorDaemon {
    HeapPages.joinAtOnce()
    let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
    let configuration = EvaluatorConfiguration.read(
      prometheus: options.configFile, notifications: options.notificationsFile,
      diagnostics: diagnostics)
    try diagnostics.throwIfAny()
    for warning in diagnostics.warnings { logger.warning("\(warning)") }
    let address = try ListenAddress(parsing: options.listenAddress)
    let webConfig = try options.webConfigFile.map { try WebConfig(path: $0, logger: logger) }
    let handler = DeferredHandler()
    let server = try HTTPServer.start(
      on: address, limits: Self.limits, security: webConfig?.source
    ) {
      await handler.respond(to: $0)
    }
    do {
      let components = try await EvaluatorComponents.open(
        options, configuration: configuration, listen: server.address,
        usesTLS: webConfig?.usesTLS ?? false, logger: logger)
      let routes = EvaluatorRoutes(
        components: components, server: server, webConfig: webConfig, startedAt: .now())
      handler.open(routes.router)
      return EvaluatorDaemon(components: components, server: server, logger: logger)
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  /// A remote-write request may hold many thousand samples.
  private static var limits: ServerLimits {
    var limits = ServerLimits()
    limits.maxBodyBytes = 32 << 20
    return limits
  }

  /// A summary of the configuration in force.
  package var summary: EvaluatorSummary { components.summary }

  /// Reads all files again.
  ///
  /// - Throws: The errors of the files; the old configuration stays in force then.
  package func reload() async throws { try await components.reload() }

  package func run() async throws {
    logger.info("evaluator is listening", metadata: ["address": "\(address)"])
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.components.rules.run(after: { await self.components.awaitFirstScrapes() })
      }
      group.addTask { await self.components.router.run() }
      group.addTask { await self.components.maintain() }
      // An error means that this task was cancelled, which ends the service, too.
      try? await gracefulShutdown()
      components.router.stop()
      await components.discovery.stop()
      await components.targets.stop()
      group.cancelAll()
      await server.stop(grace: .seconds(1))
    }
    await components.close()
    logger.info("evaluator has stopped")
  }
}

/// A summary of an evaluator's configuration.
package struct EvaluatorSummary: Sendable, Equatable {
  package var groups = 0
  package var rules = 0
  package var ruleFiles = 0
  package var targets = 0
  /// The receivers with an integration.
  package var receivers: [String] = []
  /// The path of the event log.
  package var eventLog = ""
}
