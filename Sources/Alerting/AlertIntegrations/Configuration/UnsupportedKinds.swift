/// Alertmanager's kinds of notifiers that are not in ``Notifiers/kinds``: their keys are refused by
/// name.
enum UnsupportedKinds {
  /// Every kind of Alertmanager 0.34 but the oldest three, with its keys in `global`.
  private static let all: [(kind: String, globalKeys: [String])] = [
    ("discord", []),
    ("incidentio", []),
    ("pagerduty", ["pagerduty_url"]),
    ("opsgenie", ["opsgenie_api_url", "opsgenie_api_key", "opsgenie_api_key_file"]),
    (
      "wechat",
      ["wechat_api_url", "wechat_api_secret", "wechat_api_secret_file", "wechat_api_corp_id"]
    ),
    ("pushover", []),
    ("victorops", ["victorops_api_url", "victorops_api_key", "victorops_api_key_file"]),
    ("sns", []),
    ("telegram", ["telegram_api_url", "telegram_bot_token", "telegram_bot_token_file"]),
    ("webex", ["webex_api_url"]),
    ("msteams", []),
    ("msteamsv2", []),
    ("jira", ["jira_api_url"]),
    (
      "rocketchat",
      [
        "rocketchat_api_url", "rocketchat_token", "rocketchat_token_file", "rocketchat_token_id",
        "rocketchat_token_id_file",
      ]
    ),
    ("mattermost", ["mattermost_webhook_url", "mattermost_webhook_url_file"]),
  ]

  private static var missing: [(kind: String, globalKeys: [String])] {
    all.filter { entry in !Notifiers.kinds.contains { $0.kind == entry.kind } }
  }

  /// Their lists in a receiver.
  static var lists: [String] { missing.map { "\($0.kind)_configs" } }

  /// Their keys in `global`.
  static var globalKeys: [String] { missing.flatMap(\.globalKeys) }
}
