import AlertRouting
import Configuration
import MetricModel

/// `slack_configs`: an incoming webhook of Slack, or of a chat that understands Slack's format.
struct SlackSettings: NotifierSettings {
  static let kind = "slack"
  static let sendsResolvedByDefault = false

  /// `api_url(_file)`
  var apiURL: Secret?
  /// The texts, which are templates.
  var texts = SlackTexts.defaults
  /// `short_fields`: whether fields may stand beside each other unless they say otherwise.
  var shortFields = false
  /// `link_names`: whether names of channels and users become links.
  var linkNames = false
  /// `mrkdwn_in`: the parts of the attachment that are formatted.
  var markdownIn = ["fallback", "pretext", "text"]
  /// `timeout` of one call; `nil` is ``NotifierClient/defaultTimeout``.
  var timeout: Duration?
  /// `http_config`
  var http = HTTPClientConfiguration()

  init() {}

  func makeNotifier(_ tools: NotifierTools) throws -> any Notifier {
    try SlackNotifier(self, tools: tools)
  }
}
