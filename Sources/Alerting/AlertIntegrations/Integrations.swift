package import AlertRouting
import MetricModel
import TextTemplates

/// One kind of integration: how its settings become a notifier.
package struct IntegrationEntry: Sendable {
  /// The kind, as `slack`; the configuration's key is `slack_configs`.
  package let kind: String
  let make: @Sendable (IntegrationSettings, IntegrationTools) throws -> (any Notifier)?

  /// An entry; `make` gives nil for settings of another kind.
  package init(
    _ kind: String,
    make: @escaping @Sendable (IntegrationSettings, IntegrationTools) throws -> (any Notifier)?
  ) {
    self.kind = kind
    self.make = make
  }
}

/// All kinds of integrations.
package enum Integrations {
  /// One line per kind.
  package static let all: [IntegrationEntry] = [
    IntegrationEntry("slack") { settings, tools in
      guard case .slack(let slack) = settings else { return nil }
      return try SlackNotifier(slack, tools: tools)
    },
    IntegrationEntry("email") { settings, tools in
      guard case .email(let email) = settings else { return nil }
      return try EmailNotifier(email, tools: tools)
    },
    IntegrationEntry("webhook") { settings, tools in
      guard case .webhook(let webhook) = settings else { return nil }
      return WebhookNotifier(webhook, tools: tools)
    },
  ]

  /// Makes the notifiers of all receivers of a resolved configuration, for ``AlertRouter/configure(_:notifiers:routeLabels:)``.
  ///
  /// Every template is parsed here, so that a mistake is found when the configuration is loaded.
  package static func notifiers(
    for configuration: NotificationConfiguration, tools: IntegrationTools
  ) throws(IntegrationError) -> [IntegrationKey: any Notifier] {
    var notifiers: [IntegrationKey: any Notifier] = [:]
    for receiver in configuration.receivers {
      for (key, definition) in receiver.keyedIntegrations {
        do {
          guard let entry = all.first(where: { $0.kind == key.kind }),
            let notifier = try entry.make(definition.settings, tools)
          else { continue }
          notifiers[key] = notifier
        } catch {
          throw IntegrationError(key: key, line: definition.line, reason: "\(error)")
        }
      }
    }
    return notifiers
  }
}

/// Settings of an integration that cannot work.
package struct IntegrationError: Error, Sendable, CustomStringConvertible {
  /// Which integration.
  package let key: IntegrationKey
  /// The line in the file, from 1; 0 if unknown.
  package let line: Int
  /// What is wrong.
  package let reason: String

  package var description: String {
    (line > 0 ? "line \(line): " : "") + "receiver \"\(key.receiver)\", \(key.kind): \(reason)"
  }
}

/// A setting that no notifier can be made of.
struct SettingError: Error, CustomStringConvertible {
  let description: String
}
