import AlertRules
import ArgumentParser
import EvaluatorService
import ExporterService
import Foundation
import Logging

/// `tocsin up`
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start exporter and evaluator together and show alerts on the screen.",
    discussion: """
      Reads exporter.yml, prometheus.yml and alertmanager.yml from one folder. DATABASE_URL and REDIS_URL add \
      a Postgres and a Redis server. SIGTERM or Ctrl-C stops both; nothing is lost.
      """)

  @Option(name: .customLong("config.dir"), help: "Folder with the configuration.")
  var configDirectory = "config"

  @Option(name: .customLong("storage.path"), help: "Folder for samples, state and alerts.jsonl.")
  var storagePath = "data"

  @Option(name: .customLong("exporter.listen-address"), help: "Where the exporter listens.")
  var exporterAddress = "127.0.0.1:9930"

  @Option(name: .customLong("evaluator.listen-address"), help: "Where the evaluator listens.")
  var evaluatorAddress = "127.0.0.1:9931"

  @Option(
    name: .customLong("rules.evaluation"),
    help: "When rules are evaluated: on_scrape, as soon as data land, or at each interval only.")
  var evaluation = RuleEvaluation.onScrape

  @OptionGroup var logging: LogOptions

  func run() async throws {
    logging.bootstrap(default: .warn)
    await Startup.exitOnFailure {
      let files = ConfigurationFolder(configDirectory)
      let exporter = try ExporterCommand.daemon(
        configFile: files.exporter, listenAddress: exporterAddress)
      var options = EvaluatorOptions(configFile: files.prometheus, storagePath: storagePath)
      options.notificationsFile = files.alertmanager
      options.listenAddress = evaluatorAddress
      options.evaluation = evaluation
      let screen = ConsoleReporter()
      options.onEvent = { screen.show($0) }
      let evaluator = try await EvaluatorDaemon.start(options)
      await screen.greet(exporter: exporter, evaluator: evaluator, files: files)
      try await Startup.run([
        exporter, evaluator, ReloadOnHangup(exporter: exporter, evaluator: evaluator),
      ])
      screen.say("Stopped. The next start goes on from here.")
    }
  }
}

/// The files of a configuration folder; only prometheus.yml is required.
struct ConfigurationFolder {
  let path: String
  let prometheus: String
  let alertmanager: String?
  let exporter: String?

  init(_ path: String) {
    self.path = path
    prometheus = path + "/prometheus.yml"
    alertmanager = Self.existing(path + "/alertmanager.yml")
    exporter = Self.existing(path + "/exporter.yml")
  }

  private static func existing(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
