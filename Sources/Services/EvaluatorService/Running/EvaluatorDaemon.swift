import AlertRouting
import AlertRules
import CollectorCore
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

/// The evaluator as a service: scrapes, keeps, evaluates, tells.
///
/// `start` reads and checks everything and opens listener and store, or throws with nothing left behind; `run` works until it is told
/// to stop and then ends within seconds, with everything that matters on disk.
package final class EvaluatorDaemon: Service {
  /// Where it listens.
  package let address: ListenAddress

  private let rooms: EvaluatorComponents
  private let server: HTTPServer
  private let logger: Logger

  private init(rooms: EvaluatorComponents, server: HTTPServer, logger: Logger) {
    self.rooms = rooms
    self.server = server
    self.logger = logger
    address = server.address
  }

  /// Reads the configuration, opens listener and store, and restores what an earlier process left.
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
    let door = DeferredHandler()
    let server = try HTTPServer.start(
      on: address, limits: Self.limits, security: webConfig?.source
    ) {
      await door.respond(to: $0)
    }
    do {
      let rooms = try await EvaluatorComponents.open(
        options, configuration: configuration, listen: server.address,
        usesTLS: webConfig?.usesTLS ?? false, logger: logger)
      let routes = EvaluatorRoutes(
        rooms: rooms, server: server, webConfig: webConfig, startedAt: .now())
      door.open(routes.router)
      return EvaluatorDaemon(rooms: rooms, server: server, logger: logger)
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  /// Senders of remote write may put many thousand samples into one request.
  private static var limits: ServerLimits {
    var limits = ServerLimits()
    limits.maxBodyBytes = 32 << 20
    return limits
  }

  /// What is loaded, for people.
  package var summary: EvaluatorSummary { rooms.summary }

  /// Reads all files again; throws what is wrong with them and goes on with the old ones.
  package func reload() async throws { try await rooms.reload() }

  package func run() async throws {
    logger.info("evaluator is listening", metadata: ["address": "\(address)"])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.rooms.rules.run(after: { await self.rooms.awaitFirstScrapes() }) }
      group.addTask { await self.rooms.router.run() }
      group.addTask { await self.rooms.maintain() }
      // An error means that this task was cancelled, which ends the service just as well.
      try? await gracefulShutdown()
      rooms.router.stop()
      await rooms.discovery.stop()
      await rooms.targets.stop()
      group.cancelAll()
      await server.stop(grace: .seconds(1))
    }
    await rooms.close()
    logger.info("evaluator has stopped")
  }
}

/// What an evaluator has loaded, for people.
package struct EvaluatorSummary: Sendable, Equatable {
  package var groups = 0
  package var rules = 0
  package var ruleFiles = 0
  package var targets = 0
  /// Receivers that tell somebody.
  package var receivers: [String] = []
  /// The path of alerts.jsonl.
  package var journal = ""
}
