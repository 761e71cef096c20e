import AlertRouting
import YAMLDecoding
import MetricModel

/// Decodes the `global` section of an `alertmanager.yml` (CF2).
struct GlobalSettingsDecoder {
  let directory: String

  private static let unsupportedKeys = [
    "jira_api_url", "slack_app_token", "slack_app_token_file", "slack_app_url", "pagerduty_url",
    "opsgenie_api_url", "opsgenie_api_key", "opsgenie_api_key_file", "wechat_api_url",
    "wechat_api_secret", "wechat_api_secret_file", "wechat_api_corp_id", "victorops_api_url",
    "victorops_api_key", "victorops_api_key_file", "telegram_api_url", "telegram_bot_token",
    "telegram_bot_token_file", "webex_api_url", "rocketchat_api_url", "rocketchat_token",
    "rocketchat_token_file", "rocketchat_token_id", "rocketchat_token_id_file",
    "mattermost_webhook_url", "mattermost_webhook_url_file",
  ]

  func decode(_ mapping: ConfigMapping) -> GlobalSettings {
    var settings = GlobalSettings()
    if let timeout = mapping.interval("resolve_timeout") { settings.resolveTimeout = timeout }
    settings.smtpFrom = mapping.filled("smtp_from")
    settings.smtpSmarthost = mapping.hostPort("smtp_smarthost")
    settings.smtpHello = mapping.filled("smtp_hello") ?? settings.smtpHello
    settings.smtpAuthUsername = mapping.filled("smtp_auth_username")
    settings.smtpAuthPassword = mapping.routingSecret("smtp_auth_password", directory: directory)
    settings.smtpAuthIdentity = mapping.filled("smtp_auth_identity")
    settings.smtpAuthSecret = mapping.routingSecret("smtp_auth_secret", directory: directory)
    settings.smtpRequireTLS = mapping.bool("smtp_require_tls") ?? true
    settings.smtpForceImplicitTLS = mapping.bool("smtp_force_implicit_tls")
    settings.smtpTLS = mapping.tlsSettings("smtp_tls_config", directory: directory) ?? TLSSettings()
    settings.slackAPIURL = mapping.secretURL("slack_api_url", directory: directory)
    settings.http = mapping.httpSettings(directory: directory) ?? HTTPSettings()
    mapping.refuse(Self.unsupportedKeys)
    mapping.finish()
    return settings
  }
}
