import AlertRouting
import YAMLDecoding
import MetricModel

/// Decodes one receiver.
struct ReceiverDecoder {
  let directory: String
  let checker: TemplateChecker

  private static let kinds = ["slack_configs", "email_configs", "webhook_configs"]

  /// The ways to tell a receiver that Alertmanager has and tocsin does not.
  private static let unsupportedKinds = [
    "discord_configs", "incidentio_configs", "pagerduty_configs", "opsgenie_configs",
    "wechat_configs", "pushover_configs", "victorops_configs", "sns_configs", "telegram_configs",
    "webex_configs", "msteams_configs", "msteamsv2_configs", "jira_configs",
    "rocketchat_configs", "mattermost_configs",
  ]

  func decode(_ mapping: ConfigMapping) -> ReceiverDefinition {
    let name = mapping.requiredString("name") ?? ""
    var integrations: [IntegrationDefinition] = []
    for mapping in mapping.mappings("slack_configs", context: "slack config") {
      integrations.append(
        integration(
          mapping, .slack(SlackDecoder(directory: directory, checker: checker).decode(mapping))))
    }
    for mapping in mapping.mappings("email_configs", context: "email config") {
      integrations.append(
        integration(
          mapping, .email(EmailDecoder(directory: directory, checker: checker).decode(mapping))))
    }
    for mapping in mapping.mappings("webhook_configs", context: "webhook config") {
      let settings = WebhookDecoder(directory: directory).decode(mapping)
      integrations.append(integration(mapping, .webhook(settings)))
    }
    mapping.refuse(
      Self.unsupportedKinds, mend: "use one of \(Self.kinds.joined(separator: ", "))")
    mapping.refuse(["labels"])
    mapping.finish()
    return ReceiverDefinition(
      name: name, integrations: integrations, line: mapping.position.line)
  }

  /// Where the integrations of a receiver stand.
  func places(in mapping: ConfigMapping) -> [ConfigPosition] {
    Self.kinds.flatMap { kind -> [ConfigPosition] in
      guard case .list(let list)? = mapping.node(kind)?.kind else { return [] }
      return list.map(\.position)
    }
  }

  private func integration(
    _ mapping: ConfigMapping, _ settings: IntegrationSettings
  ) -> IntegrationDefinition {
    let sendResolved = mapping.bool("send_resolved")
    mapping.finish()
    return IntegrationDefinition(
      settings, sendResolved: sendResolved, line: mapping.position.line)
  }
}

/// Decodes `webhook_configs` (W4).
struct WebhookDecoder {
  let directory: String

  func decode(_ mapping: ConfigMapping) -> WebhookSettings {
    let url = mapping.secretURL("url", directory: directory)
    if url == nil { mapping.missing("url", mend: "set url or url_file") }
    if case .text(let text)? = url, text.contains("{{") {
      mapping.report(
        "templates in \"url\" are not supported yet", key: "url", mend: "write the whole URL")
    }
    var settings = WebhookSettings(url: url ?? .text(""))
    settings.maxAlerts = mapping.int("max_alerts", in: 0...Int.max) ?? 0
    settings.timeout = mapping.interval("timeout")
    settings.http = mapping.httpSettings(directory: directory)
    mapping.refuse(["payload"])
    return settings
  }
}
