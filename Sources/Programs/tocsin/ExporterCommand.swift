import ArgumentParser
import ConfigDecoding
import ExporterService
import Foundation
import Logging
import WebServer

/// `tocsin exporter`
struct ExporterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exporter",
    abstract: "Show this host, its processes, and its Postgres and Redis servers as metrics.",
    discussion: """
      Metrics stand under /metrics, with the names of node_exporter, process-exporter, postgres_exporter and \
      redis_exporter. Servers are named in the configuration file or in the environment: DATABASE_URL or \
      DATA_SOURCE_NAME, REDIS_URL or REDIS_ADDR. SIGTERM or Ctrl-C stops it.
      """)

  @Option(
    name: .customLong("config.file"), help: "What to collect (YAML). Without it: all defaults.")
  var configFile: String?

  @Option(
    name: .customLong("web.listen-address"), help: "Address to listen on; :PORT for all interfaces."
  )
  var listenAddress = "127.0.0.1:9930"

  @OptionGroup(title: "Processes") var processes: ProcessFlags
  @OptionGroup var logging: LogOptions

  func run() async throws {
    logging.bootstrap()
    await Startup.exitOnFailure {
      let daemon = try Self.daemon(
        configFile: configFile, listenAddress: listenAddress, processes: processes)
      try await Startup.run([daemon])
    }
  }

  /// Reads the configuration and opens the listener.
  static func daemon(
    configFile: String?, listenAddress: String, processes: ProcessFlags? = nil
  ) throws -> ExporterDaemon {
    var configuration = ExporterConfiguration()
    if let configFile {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      configuration = ExporterConfiguration.read(file: configFile, diagnostics: diagnostics)
      try diagnostics.throwIfAny()
    }
    try processes?.apply(to: &configuration)
    configuration.addServers(fromEnvironment: ProcessInfo.processInfo.environment)
    return try ExporterDaemon(configuration, listen: ListenAddress(parsing: listenAddress))
  }
}
