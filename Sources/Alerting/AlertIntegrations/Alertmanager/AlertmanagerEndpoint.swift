package import Configuration
package import MetricModel

/// One Alertmanager that alerts are sent to.
package struct AlertmanagerEndpoint: Sendable {
  /// The URL, with `/api/v2/alerts`; it holds no secrets.
  package var url: String
  /// The time limit of one call.
  package var timeout: Duration = .seconds(10)
  /// Authorization, TLS and headers of calls. Secrets in files are read at each call.
  package var client: HTTPClientConfiguration
  /// Changes the labels of an alert before it is sent; `nil` drops the alert.
  package var relabel: @Sendable (Labels) -> Labels?

  /// Creates an endpoint; by default without credentials and relabelling.
  package init(
    url: String, timeout: Duration = .seconds(10),
    client: HTTPClientConfiguration = HTTPClientConfiguration(),
    relabel: @escaping @Sendable (Labels) -> Labels? = { $0 }
  ) {
    self.url = url
    self.timeout = timeout
    self.client = client
    self.relabel = relabel
  }
}
