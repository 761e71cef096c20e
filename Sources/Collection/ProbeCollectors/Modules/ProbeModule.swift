/// A way to look at a target, as in the `modules` of a blackbox configuration.
package struct ProbeModule: Sendable {
  /// What is spoken.
  package enum Prober: Sendable {
    case http(HTTPProbeSettings)
    case tcp(TCPProbeSettings)
  }

  /// What is spoken, and what counts as success.
  package var prober: Prober
  /// The longest time a probe may take; nil leaves it to the scrape.
  package var timeout: Duration?

  package init(_ prober: Prober, timeout: Duration? = nil) {
    self.prober = prober
    self.timeout = timeout
  }

  /// The modules that are there without a configuration; one of the same name replaces them.
  package static let builtIn: [String: ProbeModule] = [
    "http_2xx": ProbeModule(.http(HTTPProbeSettings())),
    "tcp_connect": ProbeModule(.tcp(TCPProbeSettings())),
  ]

  /// Whether a probe shows the target something that not everybody may see. Such a module serves only targets that name it.
  var carriesSecrets: Bool {
    switch prober {
    case .http(let settings): settings.carriesSecrets
    case .tcp: false
    }
  }

  /// The time for one probe within `budget`, some of which is kept back for the answer.
  func timeout(within budget: Duration) -> Duration {
    let available = max(budget - min(budget / 10, .milliseconds(500)), .milliseconds(1))
    guard let timeout, timeout > .zero else { return available }
    return min(timeout, available)
  }
}
