import AlertRouting
import MetricModel
import StorageAPI
import Testing
import WebClient
import YAMLDecoding

@testable import AlertIntegrations

/// Notifications for the golden messages.
enum Samples {
  static let now = Timestamp(rawValue: 1_763_712_000_000)

  static func alert(
    _ name: String, instance: String, isResolved: Bool = false, summary: String = "disk nearly full"
  ) -> NotifiedAlert {
    let start = now.adding(milliseconds: -600_000)
    return NotifiedAlert(
      Alert(
        labels: [
          "alertname": name, "instance": instance, "severity": "page", "job": "node",
        ],
        annotations: Labels([
          ("summary", summary), ("description", "\(instance) has 3% left <b>& falling</b>"),
        ]), startsAt: start,
        endsAt: isResolved ? now.adding(milliseconds: -60_000) : .distantFuture,
        generatorURL: "http://tocsin:9931/graph?g0.expr=x&g0.tab=1", updatedAt: start),
      at: now)
  }

  static func notification(_ alerts: [NotifiedAlert]) -> AlertNotification {
    AlertNotification(
      receiver: "team-x.mail", groupKey: GroupKey(path: "{}", labels: ["alertname": "DiskFull"]),
      groupLabels: ["alertname": "DiskFull"], routeLabels: ["team": "x"], alerts: alerts,
      reason: .firstNotification, now: now)
  }

  static let firing = notification([
    alert("DiskFull", instance: "a:9100"), alert("DiskFull", instance: "b:9100"),
  ])
  static let resolved = notification([
    alert("DiskFull", instance: "a:9100", isResolved: true)
  ])
  static let mixed = notification([
    alert("DiskFull", instance: "a:9100"),
    alert("DiskFull", instance: "b:9100", isResolved: true),
  ])

  static func tools(_ files: [TemplateFile] = []) throws -> NotifierTools {
    NotifierTools(
      web: WebClient(), mail: MailClient(),
      templates: try NotificationTemplates(files, externalURL: "http://tocsin:9931"),
      now: { now })
  }

  /// The settings of one entry of a kind's list, given as YAML.
  static func settings(
    _ kind: String, _ entry: String, global: String = "{}"
  ) throws -> any NotifierSettings {
    let receiver = "name: r\n\(kind)_configs:\n- " + entry.indented(2)
    let diagnostics = ConfigDiagnostics()
    let file = NotifierFile(
      directory: "/etc/am", checker: TemplateChecker(files: [], diagnostics: diagnostics),
      errorsBefore: 0)
    let decoder = ReceiverDecoder(global: try mapping(global, diagnostics), file: file)
    let definition = decoder.decode(try mapping(receiver, diagnostics)).integrations.first
    try diagnostics.throwIfAny()
    return try #require(definition?.settings as? any NotifierSettings)
  }

  /// A notifier from an entry in YAML.
  static func notifier(_ kind: String, _ entry: String) throws -> any Notifier {
    try notifier(settings(kind, entry))
  }

  /// A notifier from its settings, created as the program does it.
  static func notifier(
    _ settings: some NotifierSettings, templates: [TemplateFile] = []
  ) throws -> any Notifier {
    var configuration = NotificationConfiguration()
    configuration.receivers = [
      ReceiverDefinition(
        name: "r",
        integrations: [
          IntegrationDefinition(
            kind: type(of: settings).kind, sendResolved: true, settings: settings)
        ])
    ]
    let notifiers = try Notifiers.make(for: configuration, tools: tools(templates))
    return try #require(notifiers.values.first)
  }

  private static func mapping(
    _ text: String, _ diagnostics: ConfigDiagnostics
  ) throws -> ConfigMapping {
    let source = ConfigSource(text: text, file: "am.yml")
    let root = try #require(ConfigDocument.root(of: source, into: diagnostics))
    return try #require(ConfigMapping(root, context: "the file", diagnostics: diagnostics))
  }
}

extension String {
  /// The text with blanks in front of every line but the first.
  fileprivate func indented(_ count: Int) -> String {
    replacing("\n", with: "\n" + String(repeating: " ", count: count))
  }
}
