import AlertRules
import ArgumentParser
import EvaluatorService
import Logging
import SQLiteStorage

/// `tocsin evaluator`
struct EvaluatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluator",
    abstract: "Scrape, store samples, evaluate alert rules, and send notifications.",
    discussion: """
      The main file is a prometheus.yml, the notifications file an alertmanager.yml. SIGHUP or a POST to /-/reload \
      reads both and the rule files again: all, or none if one is wrong. SIGTERM or Ctrl-C stops it; nothing is lost.
      """)

  @Option(name: .customLong("config.file"), help: "What to scrape and which rules to evaluate.")
  var configFile = "prometheus.yml"

  @Option(
    name: .customLong("notifications.config-file"),
    help: "Receivers and routes (an alertmanager.yml). Without it alerts are logged and shown.")
  var notificationsFile: String?

  @Option(name: .customLong("storage.path"), help: "Folder for samples, state and alerts.jsonl.")
  var storagePath = "data"

  @Option(
    name: .customLong("storage.retention.time"), help: "How long samples stay, as 15d or 12h.")
  var retention = "15d"

  @Option(
    name: .customLong("storage.retention.size"),
    help: "How large the samples on disk may get, as 512MB or 20GB; the oldest go first.")
  var retentionSize: String?

  @Option(
    name: .customLong("storage.max-series"),
    help: "How many series there may be at a time; scrapes that would make more of them fail.")
  var maximumSeries = 2_000_000

  @Option(
    name: .customLong("storage.out-of-order-time-window"),
    help: "How late samples may come, behind the newest of all; 0s takes none late.")
  var outOfOrderWindow = "1h"

  @Option(
    name: .customLong("storage.send-queue.size"),
    help: "How much may wait on disk for each remote_write destination; the oldest goes first.")
  var sendQueueSize = "16GB"

  @Option(
    name: .customLong("storage.send-queue.time"),
    help: "How long samples may wait on disk for a remote_write destination.")
  var sendQueueTime = "7d"

  @Option(
    name: .customLong("rules.evaluation"),
    help: "When rules are evaluated: at each interval, or on_scrape, as soon as data land, besides."
  )
  var evaluation = RuleEvaluation.interval

  @Option(
    name: .customLong("web.listen-address"), help: "Address to listen on; :PORT for all interfaces."
  )
  var listenAddress = "127.0.0.1:9931"

  @Option(
    name: .customLong("web.config.file"),
    help:
      "TLS, basic authentication, headers and rate of the listener (YAML, as for all exporters).")
  var webConfigFile: String?

  @Option(
    name: .customLong("web.external-url"),
    help: "The URL under which people reach the evaluator, for links in messages.")
  var externalURL: String?

  @Flag(
    name: .customLong("web.enable-remote-write-receiver"),
    inversion: .prefixedNo,
    help: "Take samples that others push to /api/v1/write (remote write 1.0 and 2.0).")
  var receivesRemoteWrites = true

  @OptionGroup var queries: QueryLimits

  @OptionGroup var logging: LogOptions

  func run() async throws {
    logging.bootstrap()
    await Startup.exitOnFailure {
      var options = EvaluatorOptions(configFile: configFile, storagePath: storagePath)
      options.notificationsFile = notificationsFile
      options.listenAddress = listenAddress
      options.webConfigFile = webConfigFile
      options.externalURL = externalURL
      options.evaluation = evaluation
      options.receivesRemoteWrites = receivesRemoteWrites
      options.retention = try EvaluatorOptions.duration(retention, flag: "--storage.retention.time")
      try queries.apply(to: &options)
      if let retentionSize {
        options.retentionBytes = try EvaluatorOptions.bytes(
          retentionSize, flag: "--storage.retention.size")
      }
      options.maximumSeries = try EvaluatorOptions.positive(
        maximumSeries, flag: "--storage.max-series")
      options.outOfOrderWindow =
        ["0", "0s"].contains(outOfOrderWindow)
        ? .zero
        : try EvaluatorOptions.duration(
          outOfOrderWindow, flag: "--storage.out-of-order-time-window")
      options.sendQueue.bytes = try EvaluatorOptions.bytes(
        sendQueueSize, flag: "--storage.send-queue.size")
      options.sendQueue.age = try EvaluatorOptions.duration(
        sendQueueTime, flag: "--storage.send-queue.time")
      let daemon = try await EvaluatorDaemon.start(options)
      try await Startup.run([daemon, ReloadOnHangup(evaluator: daemon)])
    }
  }
}

extension RuleEvaluation: ExpressibleByArgument {}
