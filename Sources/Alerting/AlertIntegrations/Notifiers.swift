package import AlertRouting

/// The kinds of notifiers, and the notifiers of a configuration.
package enum Notifiers {
  /// Every kind, one line each, in the order in which the integrations of a receiver are notified.
  package static let kinds: [any NotifierSettings.Type] = [
    SlackSettings.self,
    EmailSettings.self,
    WebhookSettings.self,
  ]

  /// Makes the notifiers of all receivers, which parses every template of their settings.
  ///
  /// - Throws: ``IntegrationError`` for the first integration that cannot work.
  package static func make(
    for configuration: NotificationConfiguration, tools: NotifierTools
  ) throws(IntegrationError) -> [IntegrationKey: any Notifier] {
    var notifiers: [IntegrationKey: any Notifier] = [:]
    for receiver in configuration.receivers {
      for (key, definition) in receiver.keyedIntegrations {
        do {
          guard let settings = definition.settings as? any NotifierSettings else {
            throw SettingError(description: "no notifier has such settings")
          }
          notifiers[key] = try settings.makeNotifier(tools)
        } catch {
          throw IntegrationError(key: key, line: definition.line, reason: "\(error)")
        }
      }
    }
    return notifiers
  }
}

/// An integration whose settings cannot work.
package struct IntegrationError: Error, Sendable, CustomStringConvertible {
  /// The integration.
  package let key: IntegrationKey
  /// The line in the file, from 1; 0 if unknown.
  package let line: Int
  /// What is wrong.
  package let reason: String

  /// The line, the receiver, the kind and what is wrong.
  package var description: String {
    (line > 0 ? "line \(line): " : "") + "receiver \"\(key.receiver)\", \(key.kind): \(reason)"
  }
}
