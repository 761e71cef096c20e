import AlertRouting
import YAMLDecoding
import MetricModel

/// Decodes `slack_configs` (SL1).
struct SlackDecoder {
  let directory: String
  let checker: TemplateChecker

  func decode(_ mapping: ConfigMapping) -> SlackSettings {
    var settings = SlackSettings()
    settings.apiURL = mapping.secretURL("api_url", directory: directory)
    for (key, path) in Self.templates {
      if let text = mapping.template(key, checker) { settings[keyPath: path] = text }
    }
    settings.fields = mapping.mappings("fields", context: "slack field").map(field)
    settings.shortFields = mapping.bool("short_fields") ?? false
    settings.linkNames = mapping.bool("link_names") ?? false
    if mapping.node("mrkdwn_in") != nil { settings.markdownIn = mapping.strings("mrkdwn_in") }
    settings.actions = mapping.mappings("actions", context: "slack action").map(action)
    settings.timeout = mapping.interval("timeout")
    settings.http = mapping.httpSettings(directory: directory)
    mapping.refuse(
      ["app_token", "app_token_file", "app_url", "update_message"],
      mend: "use api_url of an incoming webhook")
    return settings
  }

  /// The keys that are templates, and where they go.
  private static var templates: [(String, WritableKeyPath<SlackSettings, String>)] {
    [
      ("channel", \.channel), ("username", \.username), ("color", \.color), ("title", \.title),
      ("title_link", \.titleLink), ("pretext", \.pretext), ("text", \.text),
      ("message_text", \.messageText), ("footer", \.footer), ("fallback", \.fallback),
      ("callback_id", \.callbackID), ("icon_emoji", \.iconEmoji), ("icon_url", \.iconURL),
      ("image_url", \.imageURL), ("thumb_url", \.thumbURL),
    ]
  }

  private func field(_ mapping: ConfigMapping) -> SlackField {
    let title = mapping.template("title", checker)
    let value = mapping.template("value", checker)
    if title?.isEmpty ?? true { mapping.missing("title") }
    if value?.isEmpty ?? true { mapping.missing("value") }
    let short = mapping.bool("short")
    mapping.finish()
    return SlackField(title: title ?? "", value: value ?? "", short: short)
  }

  private func action(_ mapping: ConfigMapping) -> SlackAction {
    let type = mapping.template("type", checker)
    let text = mapping.template("text", checker)
    if type?.isEmpty ?? true { mapping.missing("type") }
    if text?.isEmpty ?? true { mapping.missing("text") }
    var action = SlackAction(type: type ?? "", text: text ?? "")
    action.url = mapping.template("url", checker) ?? ""
    action.style = mapping.template("style", checker) ?? ""
    action.name = mapping.template("name", checker) ?? ""
    action.value = mapping.template("value", checker) ?? ""
    if action.url.isEmpty, action.name.isEmpty {
      mapping.report("a slack action needs \"url\" or \"name\"")
    }
    if let confirm = mapping.mapping("confirm") { action.confirm = confirmation(confirm) }
    mapping.finish()
    return action
  }

  private func confirmation(_ mapping: ConfigMapping) -> SlackConfirmation {
    var confirmation = SlackConfirmation(text: mapping.requiredString("text") ?? "")
    _ = mapping.template("text", checker)
    confirmation.title = mapping.template("title", checker) ?? ""
    confirmation.okText = mapping.template("ok_text", checker) ?? ""
    confirmation.dismissText = mapping.template("dismiss_text", checker) ?? ""
    mapping.finish()
    return confirmation
  }
}
