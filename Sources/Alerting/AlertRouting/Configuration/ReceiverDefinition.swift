/// A receiver: a name, and every way in which it is told.
package struct ReceiverDefinition: Sendable, Hashable {
  /// The unique name that routes refer to.
  package var name: String
  /// How it is told; each is told independently of the others.
  package var integrations: [IntegrationDefinition]
  /// The line in the file, from 1; 0 if unknown.
  package var line: Int

  package init(name: String, integrations: [IntegrationDefinition] = [], line: Int = 0) {
    self.name = name
    self.integrations = integrations
    self.line = line
  }
}

/// One way to tell a receiver.
package struct IntegrationDefinition: Sendable, Hashable {
  /// The settings, by kind.
  package var settings: IntegrationSettings
  /// Whether the end of alerts is told, too (P7).
  package var sendResolved: Bool
  /// The line in the file, from 1; 0 if unknown.
  package var line: Int

  /// A nil `sendResolved` takes the default of the kind: true for webhooks, false for Slack and e-mail (P7).
  package init(_ settings: IntegrationSettings, sendResolved: Bool? = nil, line: Int = 0) {
    self.settings = settings
    self.sendResolved = sendResolved ?? settings.sendsResolvedByDefault
    self.line = line
  }
}

/// The settings of an integration, one case per kind.
package enum IntegrationSettings: Sendable, Hashable {
  case slack(SlackSettings)
  case email(EmailSettings)
  case webhook(WebhookSettings)

  /// The kind, as metrics and keys name it.
  package var kind: String {
    switch self {
    case .slack: "slack"
    case .email: "email"
    case .webhook: "webhook"
    }
  }

  /// Whether `send_resolved` is on when the file does not say (P7).
  package var sendsResolvedByDefault: Bool {
    switch self {
    case .slack, .email: false
    case .webhook: true
    }
  }
}
