/// A kind of probe, as in the `modules` of a blackbox_exporter configuration.
package struct ProbeModule: Sendable {
  /// The protocol of a probe.
  package enum Prober: Sendable {
    case http(HTTPProbeSettings)
    case tcp(TCPProbeSettings)
  }

  /// The protocol, with the conditions of success.
  package var prober: Prober
  /// The maximum time of a probe; nil for the scrape's time-out.
  package var timeout: Duration?

  package init(_ prober: Prober, timeout: Duration? = nil) {
    self.prober = prober
    self.timeout = timeout
  }

  /// The modules that exist without a configuration; a configured one of the same name replaces
  /// them.
  package static let builtIn: [String: ProbeModule] = [
    "http_2xx": ProbeModule(.http(HTTPProbeSettings())),
    "tcp_connect": ProbeModule(.tcp(TCPProbeSettings())),
  ]

  /// Whether a probe sends a secret to the target. Such a module serves only targets that name it.
  var carriesSecrets: Bool {
    switch prober {
    case .http(let settings): settings.carriesSecrets
    case .tcp: false
    }
  }

  /// The time for one probe within `budget`, part of which is reserved for the answer.
  func timeout(within budget: Duration) -> Duration {
    let available = max(budget - min(budget / 10, .milliseconds(500)), .milliseconds(1))
    guard let timeout, timeout > .zero else { return available }
    return min(timeout, available)
  }
}
