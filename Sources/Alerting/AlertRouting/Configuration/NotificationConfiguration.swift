/// Everything an `alertmanager.yml` says, as plain values.
///
/// The decoder fills in what stands in the file; ``resolved()`` then copies the global defaults into the receivers and checks
/// what no single key can (TR2, TR7, TI5).
package struct NotificationConfiguration: Sendable, Hashable {
  /// Defaults for receivers.
  package var global = GlobalSettings()
  /// The root of the routing tree.
  package var route = RouteDefinition()
  /// Who can be told.
  package var receivers: [ReceiverDefinition] = []
  /// Which alerts keep quiet while others fire.
  package var inhibitRules: [InhibitRuleDefinition] = []
  /// Named times of the week and year.
  package var timeIntervals: [TimeIntervalDefinition] = []
  /// Texts of template files, in the order they are read; later definitions win (TP5).
  package var templates: [TemplateSource] = []

  package init() {}

  /// A configuration that routes every alert to a receiver which tells nobody: for starting without a notifications file.
  package static let silent: NotificationConfiguration = {
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "none"
    configuration.receivers = [ReceiverDefinition(name: "none")]
    return configuration
  }()
}

/// A template file that was read.
package struct TemplateSource: Sendable, Hashable {
  /// The file, for messages.
  package var path: String
  /// Its content.
  package var text: String

  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }
}
