import AlertRouting
package import MetricModel
package import WebClient

/// What integrations are made with: one of each per process.
package struct IntegrationTools: Sendable {
  /// Makes HTTP calls.
  package let web: WebClient
  /// Sends mail.
  package let mail: MailClient
  /// Renders texts.
  package let templates: NotificationTemplates
  /// The wall clock.
  package let now: @Sendable () -> Timestamp

  package init(
    web: WebClient, mail: MailClient, templates: NotificationTemplates,
    now: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.web = web
    self.mail = mail
    self.templates = templates
    self.now = now
  }

  /// Tools with other templates, for a reload.
  package func with(_ templates: NotificationTemplates) -> IntegrationTools {
    IntegrationTools(web: web, mail: mail, templates: templates, now: now)
  }

  func endpoint(
    _ url: Secret, _ settings: HTTPSettings?, timeout: PrometheusDuration?
  ) -> HTTPEndpoint {
    HTTPEndpoint(
      url: url, settings: settings ?? HTTPSettings(),
      timeout: timeout.flatMap { $0 == .zero ? nil : $0 } ?? HTTPSettings.defaultTimeout,
      client: web, now: now)
  }
}
