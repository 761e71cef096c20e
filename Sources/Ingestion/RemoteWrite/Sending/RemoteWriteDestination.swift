package import Configuration
package import MetricModel
package import Scraping

/// One entry of `remote_write`: where samples are sent on to, and how.
package struct RemoteWriteDestination: Sendable, Hashable {
  /// What messages and counters call it; the queue on disk belongs to it.
  package var name: String
  package var url: String
  /// How the request is made.
  package var client = HTTPClientConfiguration()
  /// How long one request may take.
  package var timeout: Duration = .seconds(30)
  /// Rules that change or drop each series on its way out.
  package var relabelRules: [RelabelRule] = []
  /// Labels that series get before the rules, unless they have them.
  package var externalLabels = Labels.empty
  /// The most samples of one request.
  package var samplesPerSend = 2_000
  /// The most requests at the same time, when much waits.
  package var parallelRequests = 8
  /// How long a request waits for more samples.
  package var sendDeadline: Duration = .seconds(5)
  /// The pause after the first failure; it doubles up to the longest.
  package var shortestPause: Duration = .milliseconds(30)
  package var longestPause: Duration = .seconds(5)

  package init(name: String, url: String) {
    self.name = name
    self.url = url
  }

  /// The labels of a series as they are sent; nil if they are not.
  func labels(of series: Labels) -> [UInt8]? {
    let missing = externalLabels.filter { series[$0.name] == nil }
    let all = missing.isEmpty ? series : series.merging(Labels(missing))
    return relabelRules.apply(to: all).map { WriteRequestEncoder.labels($0) }
  }
}

/// What was sent on since the start, for Tocsin's own metrics.
package struct SentCounts: Sendable, Equatable {
  package var sent = 0
  /// Samples that the other side refused for good.
  package var dropped = 0
  /// Requests that failed and were tried again.
  package var retries = 0

  package init() {}
}
