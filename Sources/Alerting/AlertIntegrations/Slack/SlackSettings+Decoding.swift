import AlertRouting
import Configuration
import YAMLDecoding

extension SlackSettings {
  /// What entries take over from `global`.
  struct Defaults: Sendable {
    /// `slack_api_url(_file)`
    var apiURL: Secret?
  }

  static func defaults(in global: NotifierSection) -> Defaults {
    let defaults = Defaults(apiURL: global.secretURL("slack_api_url"))
    global.mapping.refuse(["slack_app_token", "slack_app_token_file", "slack_app_url"])
    return defaults
  }

  init(_ section: NotifierSection, defaults: Defaults) {
    self.init()
    apiURL = section.secretURL("api_url") ?? defaults.apiURL
    texts = texts.map(section.text)
    texts.fields = section.sections("fields", context: "slack field").map(SlackField.init)
    texts.actions = section.sections("actions", context: "slack action").map(SlackAction.init)
    shortFields = section.mapping.bool("short_fields") ?? false
    linkNames = section.mapping.bool("link_names") ?? false
    if section.mapping.node("mrkdwn_in") != nil {
      markdownIn = section.mapping.strings("mrkdwn_in")
    }
    timeout = section.timeout()
    http = section.http()
    section.mapping.refuse(
      ["app_token", "app_token_file", "app_url", "update_message"],
      fix: "use api_url of an incoming webhook")
    section.require(
      apiURL != nil, "no Slack URL; set api_url or api_url_file here, or slack_api_url globally")
  }
}

extension SlackField<String> {
  fileprivate init(_ section: NotifierSection) {
    self.init(
      title: section.present("title"), value: section.present("value"),
      short: section.mapping.bool("short"))
    section.finish()
  }
}

extension SlackAction<String> {
  fileprivate init(_ section: NotifierSection) {
    self.init(type: section.present("type"), text: section.present("text"))
    url = section.text("url", "")
    style = section.text("style", "")
    name = section.text("name", "")
    value = section.text("value", "")
    if url.isEmpty, name.isEmpty {
      section.mapping.report("a slack action needs \"url\" or \"name\"")
    }
    confirm = section.section("confirm").map(SlackConfirmation.init)
    section.finish()
  }
}

extension SlackConfirmation<String> {
  fileprivate init(_ section: NotifierSection) {
    self.init(
      text: section.requiredText("text"), title: section.text("title", ""),
      okText: section.text("ok_text", ""), dismissText: section.text("dismiss_text", ""))
    section.finish()
  }
}

extension NotifierSection {
  /// A text that must be there and not be empty.
  fileprivate func present(_ key: String) -> String {
    let text = text(key, "")
    if text.isEmpty { mapping.missing(key) }
    return text
  }
}
