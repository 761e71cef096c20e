package import MetricModel

/// `slack_configs`: an incoming webhook of Slack (SL1). Texts are templates.
package struct SlackSettings: Sendable, Hashable {
  /// `api_url(_file)`; nil takes the global one.
  package var apiURL: Secret?
  package var channel = ""
  package var username = #"{{ template "slack.default.username" . }}"#
  package var color = #"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#
  package var title = #"{{ template "slack.default.title" . }}"#
  package var titleLink = #"{{ template "slack.default.titlelink" . }}"#
  package var pretext = #"{{ template "slack.default.pretext" . }}"#
  package var text = #"{{ template "slack.default.text" . }}"#
  /// `message_text`: the text of the message itself, above the attachment.
  package var messageText = ""
  package var fields: [SlackField] = []
  package var shortFields = false
  package var footer = #"{{ template "slack.default.footer" . }}"#
  package var fallback = #"{{ template "slack.default.fallback" . }}"#
  package var callbackID = #"{{ template "slack.default.callbackid" . }}"#
  package var iconEmoji = #"{{ template "slack.default.iconemoji" . }}"#
  package var iconURL = #"{{ template "slack.default.iconurl" . }}"#
  package var imageURL = ""
  package var thumbURL = ""
  package var linkNames = false
  package var markdownIn = ["fallback", "pretext", "text"]
  package var actions: [SlackAction] = []
  /// `timeout` of one call; nil is ``HTTPSettings/defaultTimeout``.
  package var timeout: PrometheusDuration?
  /// `http_config`; nil takes the global one.
  package var http: HTTPSettings?

  package init() {}
}

/// A field of a Slack attachment.
package struct SlackField: Sendable, Hashable {
  package var title: String
  package var value: String
  /// Whether it may stand beside another; nil takes `short_fields`.
  package var short: Bool?

  package init(title: String, value: String, short: Bool? = nil) {
    self.title = title
    self.value = value
    self.short = short
  }
}

/// A button of a Slack attachment: either `url` or `name` is needed.
package struct SlackAction: Sendable, Hashable {
  package var type: String
  package var text: String
  package var url = ""
  package var style = ""
  package var name = ""
  package var value = ""
  package var confirm: SlackConfirmation?

  package init(type: String, text: String) {
    self.type = type
    self.text = text
  }
}

/// What a Slack button asks before it acts.
package struct SlackConfirmation: Sendable, Hashable {
  package var text: String
  package var title = ""
  package var okText = ""
  package var dismissText = ""

  package init(text: String) { self.text = text }
}
