package import YAMLDecoding
package import Configuration
package import MetricModel
package import Scraping
package import RemoteWrite

/// The checked content of a `prometheus.yml`, with defaults filled in.
///
/// Keys of Prometheus that Tocsin does not support are errors; none is silently ignored.
package struct PrometheusConfiguration: Sendable, Hashable {
  /// The `global` section.
  package var global = GlobalConfiguration()
  /// `scrape_configs`
  package var jobs: [ScrapeJob] = []
  /// `rule_files`: the patterns as written, with their positions in the file.
  package var rulePatterns: [RulePattern] = []
  /// `alerting.alertmanagers`
  package var alertmanagers: [AlertmanagerTarget] = []
  /// `alerting.alert_relabel_configs`
  package var alertRelabelRules: [RelabelRule] = []
  /// `remote_write`
  package var remoteWrites: [RemoteWriteDestination] = []
  /// The folder for relative paths.
  package var directory = "."

  package init() {}

  /// Reads a configuration file, without the rule files that it names (see ``RuleFiles``).
  ///
  /// Errors are reported to the diagnostics; the result is nil if the file cannot be read at all.
  /// `environment` provides the values of `${NAME}` in external labels.
  package static func load(
    path: String, environment: [String: String] = [:], into diagnostics: ConfigDiagnostics
  ) -> PrometheusConfiguration? {
    guard let source = ConfigSource.read(path: path, into: diagnostics) else { return nil }
    return decode(source, environment: environment, into: diagnostics)
  }

  /// Decodes a configuration that is in memory. An empty file gives the defaults.
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
  /// The default time between two scrapes of a target.
  package var scrapeInterval = Duration.minutes(1)
  /// The default timeout of a scrape.
  package var scrapeTimeout = Duration.seconds(10)
  /// The time between evaluations of rule groups that set none.
  package var evaluationInterval = Duration.minutes(1)
  /// The query offset of rule groups that set none.
  package var ruleQueryOffset = Duration.zero
  /// Labels added to every alert and sample that leaves this evaluator.
  package var externalLabels = Labels.empty
  /// The limits of jobs that set none.
  package var limits = ScrapeLimits()
  /// The formats of jobs that set none.
  package var protocols = ScrapeProtocol.standard
  /// The default of a job's `keep_dropped_targets`; zero means all.
  package var keptDroppedTargets = 0

  package init() {}
}

/// One pattern of `rule_files`.
package struct RulePattern: Sendable, Hashable {
  /// The pattern.
  package var pattern: FilePattern
  /// The configuration file that names it.
  package var file: String
  /// Its position in the file.
  package var position: ConfigPosition
}

/// One entry of `alerting.alertmanagers`: a destination of alerts besides the router of this
/// process.
package struct AlertmanagerTarget: Sendable, Hashable {
  /// `http` or `https`
  package var scheme = "http"
  /// The path before `/api/v2/alerts`.
  package var pathPrefix = ""
  /// The timeout of one request.
  package var timeout = Duration.seconds(10)
  /// The settings of the HTTP client.
  package var client = HTTPClientConfiguration()
  /// The addresses, before relabelling.
  package var staticTargets: [TargetGroup] = []
  /// Relabelling rules for the addresses.
  package var relabelRules: [RelabelRule] = []
  /// Relabelling rules for the alerts that are sent there, applied after the common ones.
  package var alertRelabelRules: [RelabelRule] = []

  package init() {}
}
