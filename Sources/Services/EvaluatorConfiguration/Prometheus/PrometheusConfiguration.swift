package import YAMLDecoding
package import Configuration
package import MetricModel
package import Scraping
package import RemoteWrite

/// What a `prometheus.yml` says, with the defaults filled in: plain values, checked.
///
/// Keys of Prometheus that tocsin does not follow are errors, never without effect.
package struct PrometheusConfiguration: Sendable, Hashable {
  /// The `global` section.
  package var global = GlobalConfiguration()
  /// `scrape_configs`
  package var jobs: [ScrapeJob] = []
  /// `rule_files`: patterns as they stand in the file, with their places.
  package var rulePatterns: [RulePattern] = []
  /// `alerting.alertmanagers`
  package var alertmanagers: [AlertmanagerTarget] = []
  /// `alerting.alert_relabel_configs`
  package var alertRelabelRules: [RelabelRule] = []
  /// `remote_write`
  package var remoteWrites: [RemoteWriteDestination] = []
  /// The folder from which relative paths count.
  package var directory = "."

  package init() {}

  /// Reads a configuration file, without the rule files that it names (see ``RuleFiles``).
  ///
  /// What is wrong goes to the diagnostics; the result is nil when the file cannot be read at all. `environment` is what
  /// `${NAME}` in external labels stands for.
  package static func load(
    path: String, environment: [String: String] = [:], into diagnostics: ConfigDiagnostics
  ) -> PrometheusConfiguration? {
    guard let source = ConfigSource.read(path: path, into: diagnostics) else { return nil }
    return decode(source, environment: environment, into: diagnostics)
  }

  /// Decodes a configuration that is in memory. An empty file is a configuration of defaults.
  package static func decode(
    _ source: ConfigSource, environment: [String: String] = [:],
    into diagnostics: ConfigDiagnostics
  ) -> PrometheusConfiguration? {
    let before = diagnostics.count
    let root = ConfigDocument.root(of: source, into: diagnostics)
    guard diagnostics.count == before else { return nil }
    var decoder = PrometheusDecoder(
      directory: ConfigPath.directory(of: source.file), environment: environment)
    guard let root, !root.isNull else { return decoder.configuration }
    guard let mapping = ConfigMapping(root, context: "the file", diagnostics: diagnostics)
    else { return nil }
    decoder.decode(mapping)
    return decoder.configuration
  }
}

/// The `global` section of a `prometheus.yml`.
package struct GlobalConfiguration: Sendable, Hashable {
  /// How often targets are scraped.
  package var scrapeInterval = Duration.minutes(1)
  /// How long a scrape may take.
  package var scrapeTimeout = Duration.seconds(10)
  /// The time between evaluations of rule groups that set none.
  package var evaluationInterval = Duration.minutes(1)
  /// The query offset of rule groups that set none.
  package var ruleQueryOffset = Duration.zero
  /// Labels of every alert and sample that leaves this evaluator.
  package var externalLabels = Labels.empty
  /// Limits for jobs that have none of their own.
  package var limits = ScrapeLimits()
  /// The formats that jobs without any of their own ask for.
  package var protocols = ScrapeProtocol.standard
  /// How many dropped targets jobs without a number of their own keep; zero means all.
  package var keptDroppedTargets = 0

  package init() {}
}

/// One pattern of `rule_files`.
package struct RulePattern: Sendable, Hashable {
  /// The pattern.
  package var pattern: FilePattern
  /// The configuration file that names it.
  package var file: String
  /// Where in the file.
  package var position: ConfigPosition
}

/// One entry of `alerting.alertmanagers`: where alerts are sent, besides our own notifications (H8).
package struct AlertmanagerTarget: Sendable, Hashable {
  /// `http` or `https`
  package var scheme = "http"
  /// What stands before `/api/v2/alerts`.
  package var pathPrefix = ""
  /// How long one call may take.
  package var timeout = Duration.seconds(10)
  /// How calls are made.
  package var client = HTTPClientConfiguration()
  /// The addresses, before relabelling.
  package var staticTargets: [TargetGroup] = []
  /// Rules for the addresses.
  package var relabelRules: [RelabelRule] = []
  /// Rules for the alerts that are sent there, after the common ones.
  package var alertRelabelRules: [RelabelRule] = []

  package init() {}
}
