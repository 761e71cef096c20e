package import Configuration
import ExpositionFormat
package import MetricModel

/// One entry of `scrape_configs`, with the global defaults filled in.
package struct ScrapeJob: Sendable, Hashable {
  /// The value of `job`, and the name of the pool in the API.
  package var name: String
  /// How often each target is scraped.
  package var interval: Duration = .minutes(1)
  /// How long a scrape may take; not more than the interval.
  package var timeout: Duration = .seconds(10)
  /// `http` or `https`.
  package var scheme = "http"
  /// The path of the request.
  package var metricsPath = "/metrics"
  /// Parameters of the request, each with one value or more.
  package var params: [String: [String]] = [:]
  /// Whether labels of the target win over those that are attached to it.
  package var honorLabels = false
  /// Whether times on the lines are used instead of the time of the scrape.
  package var honorTimestamps = true
  /// Whether series whose lines carry times get a stale marker when they are gone.
  package var tracksTimestampsStaleness = false
  /// The formats that are asked for, the dearest first.
  package var protocols = ScrapeProtocol.standard
  /// What an answer is read as whose media type says nothing that is understood.
  package var fallbackProtocol = ScrapeProtocol.text0
  /// How many of the targets that relabelling drops are kept for the API; zero means all.
  package var keptDroppedTargets = 0
  /// How much a target may answer.
  package var limits = ScrapeLimits()
  /// How the request is made.
  package var client = HTTPClientConfiguration()
  /// Whether compressed answers are asked for.
  package var acceptsCompression = true
  /// Rules that turn discovered labels into a target's labels, or drop the target.
  package var relabelRules: [RelabelRule] = []
  /// Rules that change or drop each scraped series.
  package var metricRelabelRules: [RelabelRule] = []
  /// The targets that are named in the configuration.
  package var staticTargets: [TargetGroup] = []
  /// Where further targets are looked up.
  package var discovery: [DiscoverySource] = []

  /// Makes a job with Prometheus' defaults.
  package init(name: String) { self.name = name }
}

/// A format in which targets may answer, by its name in `scrape_protocols`.
package enum ScrapeProtocol: String, Sendable, CaseIterable {
  case openMetrics1 = "OpenMetricsText1.0.0"
  case openMetrics0 = "OpenMetricsText0.0.1"
  case text1 = "PrometheusText1.0.0"
  case text0 = "PrometheusText0.0.4"

  /// What is asked for when the configuration says nothing.
  package static let standard: [ScrapeProtocol] = [.openMetrics1, .openMetrics0, .text0]

  /// The media type.
  var mediaType: String {
    switch self {
    case .openMetrics1: "application/openmetrics-text;version=1.0.0"
    case .openMetrics0: "application/openmetrics-text;version=0.0.1"
    case .text1: "text/plain;version=1.0.0"
    case .text0: "text/plain;version=0.0.4"
    }
  }

  /// How an answer is read.
  var format: ExpositionTextFormat {
    switch self {
    case .openMetrics1, .openMetrics0: .openMetrics
    case .text1, .text0: .text
    }
  }
}

/// Addresses that share labels: one entry of `static_configs`.
package struct TargetGroup: Sendable, Hashable {
  /// Hosts with ports, as in `__address__`.
  package var addresses: [String]
  /// Labels of all of them.
  package var labels: Labels

  package init(addresses: [String], labels: Labels = .empty) {
    self.addresses = addresses
    self.labels = labels
  }
}

/// How much a target may answer; reaching a limit fails the scrape. Zero means no limit, but for the body.
package struct ScrapeLimits: Sendable, Hashable {
  /// The most bytes of an answer, after decompression; zero means the default.
  package var bodySize = Self.defaultBodySize
  /// The most samples that are left after relabelling.
  package var samples = 0
  /// The most labels of a series, the metric name included.
  package var labels = 0
  /// The longest name of a label, in bytes.
  package var labelNameLength = 0
  /// The longest value of a label, in bytes.
  package var labelValueLength = 0
  /// The most targets of the job; beyond it all of them fail.
  package var targets = 0

  /// The most bytes of an answer when the configuration says nothing.
  package static let defaultBodySize = 256 << 20
  /// The most families whose type and help are remembered per target.
  package static let metadataFamilies = 20_000

  package init() {}
}
