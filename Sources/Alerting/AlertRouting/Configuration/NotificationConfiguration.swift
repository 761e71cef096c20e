package import MetricModel

/// The content of an `alertmanager.yml` as plain values.
///
/// The decoder fills in what is in the file; ``check()`` then finds what no single key shows to be
/// wrong.
package struct NotificationConfiguration: Sendable {
  /// `global.resolve_timeout`: after what time an alert that was sent without an end counts as
  /// ended.
  package var resolveTimeout = PrometheusDuration.minutes(5)
  /// The root of the routing tree.
  package var route = RouteDefinition()
  /// The receivers that routes name.
  package var receivers: [ReceiverDefinition] = []
  /// The inhibition rules.
  package var inhibitRules: [InhibitRuleDefinition] = []
  /// Named times of the week and year.
  package var timeIntervals: [TimeIntervalDefinition] = []
  /// The template files, in the order they are read; of two definitions of one name the later one
  /// wins.
  package var templates: [TemplateFile] = []

  /// An empty configuration, which `check()` refuses.
  package init() {}

  /// A configuration that routes every alert to a receiver without integrations, for starting
  /// without a notifications file.
  package static let silent: NotificationConfiguration = {
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "none"
    configuration.receivers = [ReceiverDefinition(name: "none")]
    return configuration
  }()
}

/// A template file that was read.
package struct TemplateFile: Sendable, Hashable {
  /// The path, for messages.
  package var path: String
  /// The content.
  package var text: String

  /// A file with its content.
  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }
}
