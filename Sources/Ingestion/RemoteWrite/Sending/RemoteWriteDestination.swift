package import Configuration
package import MetricModel
package import Scraping

/// One entry of `remote_write`: a destination for samples and how to send to it.
package struct RemoteWriteDestination: Sendable, Hashable {
  /// The name in logs, which also identifies the destination's queue on disk.
  package var name: String
  package var url: String
  /// The settings of the HTTP client.
  package var client = HTTPClientConfiguration()
  /// The timeout of one request.
  package var timeout: Duration = .seconds(30)
  /// Rules that change or drop each series before it is sent.
  package var relabelRules: [RelabelRule] = []
  /// Labels that are added before relabelling to series that lack them.
  package var externalLabels = Labels.empty
  /// The maximum number of samples in one request.
  package var samplesPerSend = 2_000
  /// The maximum number of parallel requests.
  package var parallelRequests = 8
  /// How long samples wait for a request to be filled.
  package var sendDeadline: Duration = .seconds(5)
  /// The pause after the first failure; it doubles up to the longest pause.
  package var shortestPause: Duration = .milliseconds(30)
  package var longestPause: Duration = .seconds(5)

  package init(name: String, url: String) {
    self.name = name
    self.url = url
  }

  /// The encoded labels of a series as they are sent; nil if relabelling drops it.
  func labels(of series: Labels) -> [UInt8]? {
    let missing = externalLabels.filter { series[$0.name] == nil }
    let all = missing.isEmpty ? series : series.merging(Labels(missing))
    return relabelRules.apply(to: all).map { WriteRequestEncoder.labels($0) }
  }
}

/// What was sent since the start of the process, for Tocsin's own metrics.
package struct SentCounts: Sendable, Equatable {
  package var sent = 0
  /// Samples that the destination refused for good.
  package var dropped = 0
  /// Requests that failed and were retried.
  package var retries = 0

  package init() {}
}
