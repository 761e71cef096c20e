import ArgumentParser
import ExporterConfiguration
import YAMLDecoding
import ExporterService
import Foundation
import Logging
import WebSecurity
import WebServer

/// `tocsin exporter`
struct ExporterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exporter",
    abstract: "Show this host, its processes, and its Postgres and Redis servers as metrics.",
    discussion: """
      Metrics stand under /metrics, with the names of node_exporter, process-exporter, postgres_exporter and \
      redis_exporter. Servers are named in the configuration file or in the environment: DATABASE_URL or \
      DATA_SOURCE_NAME, REDIS_URL or REDIS_ADDR. SIGHUP reads the \
      files with custom queries again. SIGTERM or Ctrl-C stops it.

      \(CollectorFlags.help)
      """)

  @Option(
    name: .customLong("config.file"), help: "What to collect (YAML). Without it: all defaults.")
  var configFile: String?

  @Option(
    name: .customLong("web.listen-address"), help: "Address to listen on; :PORT for all interfaces."
  )
  var listenAddress = "127.0.0.1:9930"

  @Option(
    name: .customLong("web.config.file"),
    help:
      "TLS, basic authentication, headers and rate of the listener (YAML, as for all exporters).")
  var webConfigFile: String?

  @OptionGroup(title: "Processes") var processes: ProcessFlags

  @Option(name: .customLong("path.procfs"), help: "Where /proc of the machine is mounted.")
  var procfs: String?

  @Option(name: .customLong("path.sysfs"), help: "Where /sys of the machine is mounted.")
  var sysfs: String?

  @Option(name: .customLong("path.rootfs"), help: "Where / of the machine is mounted.")
  var rootfs: String?

  @Option(name: .customLong("path.udev.data"), help: "Where udev's data of the machine lies.")
  var udev: String?

  @OptionGroup var logging: LogOptions

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Flags of the collectors, see above.", valueName: "--collector.NAME"))
  var collectorFlags: [String] = []

  func validate() throws {
    do {
      _ = try CollectorFlags(parsing: collectorFlags)
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() async throws {
    ExporterDaemon.ownProcess()
    logging.bootstrap()
    await Startup.exitOnFailure {
      let flags = try CollectorFlags(parsing: collectorFlags)
      let daemon = try Self.daemon(
        configFile: configFile, listenAddress: listenAddress, webConfigFile: webConfigFile
      ) {
        try processes.apply(to: &$0)
        $0.apply(flags)
        $0.paths.proc = procfs ?? $0.paths.proc
        $0.paths.sys = sysfs ?? $0.paths.sys
        $0.paths.root = rootfs ?? $0.paths.root
        $0.paths.udev = udev ?? $0.paths.udev
      }
      try await Startup.run([daemon, ReloadOnHangup(exporter: daemon)])
    }
  }

  /// Reads the configuration and opens the listener.
  static func daemon(
    configFile: String?, listenAddress: String, webConfigFile: String? = nil,
    adjusting adjust: (inout ExporterConfiguration) throws -> Void = { _ in }
  ) throws -> ExporterDaemon {
    var configuration = ExporterConfiguration()
    if let configFile {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      configuration = ExporterConfiguration.read(file: configFile, diagnostics: diagnostics)
      try diagnostics.throwIfAny()
    }
    try adjust(&configuration)
    configuration.addServers(fromEnvironment: ProcessInfo.processInfo.environment)
    let logger = Logger(label: "exporter")
    return try ExporterDaemon(
      configuration, listen: ListenAddress(parsing: listenAddress),
      webConfig: webConfigFile.map { try WebConfig(path: $0, logger: logger) }, logger: logger)
  }
}
