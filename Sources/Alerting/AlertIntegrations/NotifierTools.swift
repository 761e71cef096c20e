import Configuration
package import MetricModel
package import WebClient

/// What notifiers are made with and share: the clients, the templates and the clock of the process.
package struct NotifierTools: Sendable {
  /// Makes HTTP calls.
  package let web: WebClient
  /// Sends mail.
  package let mail: MailClient
  /// The definitions that texts may call.
  package let templates: NotificationTemplates
  /// The wall clock.
  package let now: @Sendable () -> Timestamp

  /// Collects the tools; one of each serves all notifiers.
  package init(
    web: WebClient, mail: MailClient, templates: NotificationTemplates,
    now: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.web = web
    self.mail = mail
    self.templates = templates
    self.now = now
  }

  /// The HTTP client of one integration, from its `http_config` and its `timeout` (zero and `nil`
  /// are the default).
  func client(
    _ configuration: HTTPClientConfiguration, timeout: Duration? = nil
  ) -> NotifierClient {
    NotifierClient(
      configuration: configuration,
      timeout: timeout.flatMap { $0 == .zero ? nil : $0 } ?? NotifierClient.defaultTimeout,
      web: web, now: now)
  }
}
