import WebClient

/// A target to probe, declared in the exporter's configuration.
package struct ProbeTarget: Hashable, Sendable {
  /// The name in requests and labels.
  package var name: String
  /// The URL for HTTP modules (`http://` may be left out), `host:port` for TCP modules.
  package var address: String
  /// The module used unless a request names another.
  package var module: String
  /// The interval of the probes for `/metrics`.
  package var interval: Duration

  package init(
    name: String, address: String, module: String = "http_2xx",
    interval: Duration = .seconds(15)
  ) {
    self.name = name
    self.address = address
    self.module = module
    self.interval = interval
  }

  /// The reason why the address does not fit a module; nil if it does. It repeats no part of the
  /// address that may be secret.
  func complaint(about module: ProbeModule) -> String? {
    switch module.prober {
    case .tcp:
      return TCPAddress(address) == nil ? "the address must be host:port" : nil
    case .http:
      do {
        let endpoint = try WebEndpoint(url: HTTPProbe.url(of: address))
        return endpoint.hasCredentials
          ? "the URL must not hold a user or a password: put them into the module" : nil
      } catch {
        return error.description
      }
    }
  }
}
