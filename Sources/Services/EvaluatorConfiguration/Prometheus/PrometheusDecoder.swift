import YAMLDecoding
import Configuration
import MetricModel
import Scraping
import RemoteWrite

/// Decodes the top level of a `prometheus.yml`.
struct PrometheusDecoder {
  private(set) var configuration = PrometheusConfiguration()
  private let environment: [String: String]

  init(directory: String, environment: [String: String]) {
    configuration.directory = directory
    self.environment = environment
  }

  mutating func decode(_ root: ConfigMapping) {
    if let global = root.mapping("global") { decode(global: global) }
    let jobs = ScrapeJobDecoder(
      global: configuration.global, directory: configuration.directory)
    var positions: [String: ConfigPosition] = [:]
    for mapping in root.mappings("scrape_configs", context: "scrape config") {
      guard let job = jobs.decode(mapping) else { continue }
      if let first = positions[job.name] {
        mapping.report(
          "job name \"\(job.name)\" is used twice, first in line \(first.line)", key: "job_name",
          fix: "job names must be unique")
      }
      positions[job.name] = positions[job.name] ?? mapping.valuePosition(of: "job_name")
      configuration.jobs.append(job)
    }
    for (text, node) in root.textNodes("rule_files") {
      configuration.rulePatterns.append(
        RulePattern(
          pattern: FilePattern(text), file: node.source.file, position: node.position))
    }
    var names: Set<String> = []
    for mapping in root.mappings("remote_write", context: "remote_write") {
      guard
        let destination = mapping.remoteWriteDestination(
          directory: configuration.directory,
          externalLabels: configuration.global.externalLabels)
      else { continue }
      if !names.insert(destination.name).inserted {
        mapping.report(
          "two entries of remote_write are called \"\(destination.name)\"", key: "url",
          fix: "give each a name of its own")
      }
      configuration.remoteWrites.append(destination)
    }
    if let alerting = root.mapping("alerting") { decode(alerting: alerting) }
    root.refuse([
      "remote_read", "storage", "tracing", "otlp", "runtime",
      "scrape_config_files",
    ])
    root.finish()
  }

  /// Unsupported scrape options, which are accepted only if they are off.
  static let offOnlyKeys = [
    "scrape_native_histograms", "scrape_classic_histograms", "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb", "extra_scrape_metrics",
  ]

  // MARK: - global

  private mutating func decode(global mapping: ConfigMapping) {
    var global = GlobalConfiguration()
    if let interval = mapping.interval("scrape_interval") { global.scrapeInterval = interval }
    global.scrapeTimeout = min(global.scrapeTimeout, global.scrapeInterval)
    if let timeout = mapping.interval("scrape_timeout") {
      global.scrapeTimeout = timeout
      if timeout > global.scrapeInterval {
        mapping.report(
          "\"scrape_timeout\" in global (\(PrometheusDuration(timeout))) is longer than \"scrape_interval\" "
            + "(\(PrometheusDuration(global.scrapeInterval)))", key: "scrape_timeout",
          fix: "a scrape must end before the next one begins")
      }
    }
    if let interval = mapping.interval("evaluation_interval") {
      global.evaluationInterval = interval
    }
    global.ruleQueryOffset = mapping.duration("rule_query_offset") ?? .zero
    global.externalLabels = externalLabels(mapping)
    global.limits = mapping.scrapeLimits(defaults: ScrapeLimits())
    global.protocols = mapping.scrapeProtocols() ?? global.protocols
    global.keptDroppedTargets = mapping.int("keep_dropped_targets", in: 0...Int.max) ?? 0
    for key in Self.offOnlyKeys { mapping.mustBeOff(key) }
    mapping.refuse([
      "query_log_file", "scrape_failure_log_file", "metric_name_validation_scheme",
      "metric_name_escaping_scheme",
    ])
    mapping.finish()
    configuration.global = global
  }

  /// Decodes `external_labels` and replaces `$NAME` and `${NAME}` by the environment; `$$` is a
  /// dollar sign.
  private func externalLabels(_ mapping: ConfigMapping) -> Labels {
    let labels = mapping.labels("external_labels")
    return Labels(labels.map { Label(name: $0.name, value: expand($0.value)) })
  }

  private func expand(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...].dropFirst()
      if rest.first == "$" {
        result += "$"
        rest = rest.dropFirst()
      } else if rest.first == "{", let close = rest.firstIndex(of: "}") {
        result += environment[String(rest[..<close].dropFirst())] ?? ""
        rest = rest[close...].dropFirst()
      } else {
        let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        result += name.isEmpty ? "$" : environment[String(name)] ?? ""
        rest = rest[name.endIndex...]
      }
    }
    return result + rest
  }

  // MARK: - alerting

  private mutating func decode(alerting mapping: ConfigMapping) {
    configuration.alertRelabelRules = mapping.relabelRules("alert_relabel_configs")
    for mapping in mapping.mappings("alertmanagers", context: "alertmanager config") {
      var target = AlertmanagerTarget()
      target.scheme = mapping.choice("scheme", of: URLScheme.self)?.rawValue ?? "http"
      target.pathPrefix = mapping.string("path_prefix") ?? ""
      if let timeout = mapping.interval("timeout") { target.timeout = timeout }
      if let version = mapping.string("api_version"), version != "v2" {
        mapping.report(
          "\"api_version\" in alertmanager config must be v2, not \"\(version)\"",
          key: "api_version", fix: "v1 is gone since Alertmanager 0.27")
      }
      target.client = mapping.httpClientKeys(directory: configuration.directory)
      target.staticTargets = mapping.targetGroups()
      target.relabelRules = mapping.relabelRules("relabel_configs")
      target.alertRelabelRules = mapping.relabelRules("alert_relabel_configs")
      mapping.refuse(
        ScrapeJobDecoder.discoveryKeys
          + ["sigv4", "file_sd_configs", "http_sd_configs", "dns_sd_configs"])
      mapping.finish()
      configuration.alertmanagers.append(target)
    }
    mapping.finish()
  }
}

/// The URL schemes of destinations.
enum URLScheme: String, CaseIterable {
  case http, https
}
