import AlertRouting
import Configuration
import Testing
import YAMLDecoding

@testable import AlertIntegrations

@Suite struct ReceiverDecoderTests {
  @Test func entriesInheritGlobalSettings() throws {
    let global = """
      slack_api_url: https://hooks.example/x
      smtp_from: tocsin@example.org
      smtp_smarthost: mail:25
      smtp_auth_password_file: secrets/mail
      smtp_require_tls: false
      """
    let slack = try #require(
      try Samples.settings("slack", "channel: '#ops'", global: global) as? SlackSettings)
    #expect(slack.apiURL == .inline("https://hooks.example/x"))
    let email = try #require(
      try Samples.settings("email", "to: ops@example.org", global: global) as? EmailSettings)
    #expect(email.texts.from == "tocsin@example.org")
    #expect(email.server.smarthost == HostPort("mail:25"))
    #expect(email.server.authPassword == .file("/etc/am/secrets/mail"))
    #expect(!email.server.requireTLS)
  }

  @Test func entriesWinOverGlobal() throws {
    let slack = try #require(
      try Samples.settings(
        "slack", "api_url: https://own.example/y", global: "slack_api_url: https://hooks.example/x"
      ) as? SlackSettings)
    #expect(slack.apiURL == .inline("https://own.example/y"))
    let email = try #require(
      try Samples.settings(
        "email", "to: a@b\nfrom: c@d\nsmarthost: own:26\nrequire_tls: true",
        global: "{smtp_from: e@f, smtp_smarthost: 'mail:25', smtp_require_tls: false}")
        as? EmailSettings)
    #expect(email.texts.from == "c@d")
    #expect(email.server.smarthost == HostPort("own:26"))
    #expect(email.server.requireTLS)
  }

  @Test func everyTextHasItsKey() throws {
    let section = try #require(
      try Samples.settings(
        "slack",
        """
        api_url: http://x
        channel: channel
        username: username
        icon_emoji: icon_emoji
        icon_url: icon_url
        message_text: message_text
        color: color
        title: title
        title_link: title_link
        pretext: pretext
        text: text
        fallback: fallback
        callback_id: callback_id
        footer: footer
        image_url: image_url
        thumb_url: thumb_url
        fields: [{title: 'fields[0].title', value: 'fields[0].value'}]
        """) as? SlackSettings)
    _ = section.texts.map { key, text in #expect(key == text) }
  }

  @Test func aMissingValueIsNotReportedBesideOtherErrors() throws {
    #expect(throws: ConfigFailure.self) { try Samples.settings("slack", "api_url: [x]") }
    do {
      _ = try Samples.settings("slack", "api_url: [x]")
    } catch let failure as ConfigFailure {
      #expect(failure.errors.count == 1)
    }
  }

  @Test func everyKindOfAlertmanagerIsKnownOrRefused() {
    let known = Set(Notifiers.kinds.map { "\($0.kind)_configs" })
    #expect(known.isDisjoint(with: UnsupportedKinds.lists))
    #expect(known.union(UnsupportedKinds.lists).count == 18)
  }
}
