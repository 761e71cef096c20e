package import Configuration
import ExpositionFormat
package import MetricModel

/// One entry of `scrape_configs`, with the global defaults filled in.
package struct ScrapeJob: Sendable, Hashable {
  /// The value of `job`, and the name of the scrape pool in the API.
  package var name: String
  /// How often each target is scraped.
  package var interval: Duration = .minutes(1)
  /// The timeout of a scrape; at most the interval.
  package var timeout: Duration = .seconds(10)
  /// `http` or `https`.
  package var scheme = "http"
  /// The path of the request.
  package var metricsPath = "/metrics"
  /// The URL parameters, each with one or more values.
  package var params: [String: [String]] = [:]
  /// Whether labels from the exposition win over the target's labels.
  package var honorLabels = false
  /// Whether timestamps in the exposition are used instead of the time of the scrape.
  package var honorTimestamps = true
  /// Whether series with timestamps in the exposition get a stale marker when they disappear.
  package var tracksTimestampsStaleness = false
  /// The accepted formats, the preferred one first.
  package var protocols = ScrapeProtocol.standard
  /// The format of an answer whose content type is missing or unknown.
  package var fallbackProtocol = ScrapeProtocol.text0
  /// The number of dropped targets that are stored for the API; zero means all.
  package var keptDroppedTargets = 0
  /// The limits of a scrape.
  package var limits = ScrapeLimits()
  /// The settings of the HTTP client.
  package var client = HTTPClientConfiguration()
  /// Whether compressed answers are requested.
  package var acceptsCompression = true
  /// Rules that turn discovered labels into a target's labels, or drop the target.
  package var relabelRules: [RelabelRule] = []
  /// Rules that change or drop each scraped series.
  package var metricRelabelRules: [RelabelRule] = []
  /// The targets that the configuration lists.
  package var staticTargets: [TargetGroup] = []
  /// The sources of further targets.
  package var discovery: [DiscoverySource] = []

  /// Creates a job with Prometheus' defaults.
  package init(name: String) { self.name = name }
}

/// An exposition format, by its name in `scrape_protocols`.
package enum ScrapeProtocol: String, Sendable, CaseIterable {
  case openMetrics1 = "OpenMetricsText1.0.0"
  case openMetrics0 = "OpenMetricsText0.0.1"
  case text1 = "PrometheusText1.0.0"
  case text0 = "PrometheusText0.0.4"

  /// The formats that are accepted by default.
  package static let standard: [ScrapeProtocol] = [.openMetrics1, .openMetrics0, .text0]

  /// The media type in the Accept header.
  var mediaType: String {
    switch self {
    case .openMetrics1: "application/openmetrics-text;version=1.0.0"
    case .openMetrics0: "application/openmetrics-text;version=0.0.1"
    case .text1: "text/plain;version=1.0.0"
    case .text0: "text/plain;version=0.0.4"
    }
  }

  /// The format for the parser.
  var format: ExpositionTextFormat {
    switch self {
    case .openMetrics1, .openMetrics0: .openMetrics
    case .text1, .text0: .text
    }
  }
}

/// Addresses that share labels: one entry of `static_configs`.
package struct TargetGroup: Sendable, Hashable {
  /// The hosts with ports, as in `__address__`.
  package var addresses: [String]
  /// The labels of all addresses.
  package var labels: Labels

  package init(addresses: [String], labels: Labels = .empty) {
    self.addresses = addresses
    self.labels = labels
  }
}

/// Limits of a job's scrapes; a scrape that exceeds one fails. Zero means no limit, except for
/// `bodySize`.
package struct ScrapeLimits: Sendable, Hashable {
  /// The maximum size of a decompressed answer, in bytes; zero means the default.
  package var bodySize = Self.defaultBodySize
  /// The maximum number of samples after relabelling.
  package var samples = 0
  /// The maximum number of labels of a series, including the metric name.
  package var labels = 0
  /// The maximum length of a label name, in bytes.
  package var labelNameLength = 0
  /// The maximum length of a label value, in bytes.
  package var labelValueLength = 0
  /// The maximum number of targets of the job; if there are more, all of them fail.
  package var targets = 0

  /// The default of `bodySize`, in bytes.
  package static let defaultBodySize = 256 << 20
  /// The maximum number of families per target whose metadata are stored.
  package static let metadataFamilies = 20_000

  package init() {}
}
