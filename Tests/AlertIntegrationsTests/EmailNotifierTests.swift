import AlertIntegrations
import AlertRouting
import Foundation
import MetricModel
import Testing

@Suite struct EmailNotifierTests {
  private func settings(port: Int = 25, _ change: (inout EmailSettings) -> Void = { _ in })
    -> EmailSettings
  {
    var settings = EmailSettings()
    settings.to = "Ops Team <ops@example.org>, pager@example.org"
    settings.from = "Töcsin <tocsin@example.org>"
    settings.smarthost = HostPort(host: "127.0.0.1", port: "\(port)")
    settings.requireTLS = false
    change(&settings)
    return settings
  }

  private func make(port: Int = 25, _ change: (inout EmailSettings) -> Void = { _ in }) throws
    -> any Notifier
  {
    try Samples.notifier(.email(settings(port: port, change)))
  }

  private func text(_ notifier: any Notifier, _ notification: AlertNotification) throws -> String {
    String(decoding: try notifier.render(notification).body, as: UTF8.self)
  }

  @Test func e4_bodies() throws {
    try expectGolden(make().render(Samples.firing).body, "email-firing.eml")
    try expectGolden(make().render(Samples.mixed).body, "email-mixed.eml")
  }

  @Test func e3_e7_headersAreEncodedAndHTMLIsEscaped() throws {
    let mail = try text(
      make {
        $0.headers = [
          "Subject": "größer\r\nBcc: evil@example.org", "X-Team": "{{ .GroupLabels.alertname }}",
        ]
      }, Samples.firing)
    #expect(mail.contains("Subject: =?utf-8?q?gr=C3=B6=C3=9Fer__Bcc=3A_evil=40example=2Eorg?=\r\n"))
    #expect(!mail.contains("\r\nBcc"))
    #expect(mail.contains("From: =?utf-8?q?T=C3=B6csin?= <tocsin@example.org>\r\n"))
    #expect(mail.contains("X-Team: DiskFull\r\n"))
    let html = try #require(mail.components(separatedBy: "Content-Type: text/html").last)
    #expect(!html.contains("<b>"))
    #expect(html.contains("&lt;b&gt;"))
  }

  @Test func e5_messagesOfAGroupAreAThread() throws {
    let thread = try make { $0.threading = .byGroup }
    let daily = try make { $0.threading = .daily }
    func references(_ notifier: any Notifier) throws -> String? {
      try text(notifier, Samples.firing).split(separator: "\r\n").first {
        $0.hasPrefix("References:")
      }
      .map(String.init)
    }
    #expect(try references(make()) == nil)
    #expect(try references(thread) == references(thread))
    #expect(try references(daily)?.contains("-2025-11-21@tocsin>") == true)
  }

  @Test func e4_linesAreShortAndEndInCRLF() throws {
    let long = Samples.notification([
      Samples.alert("DiskFull", instance: "a", summary: String(repeating: "lang und ü ", count: 50))
    ])
    let mail = try text(make(), long)
    let lines = mail.components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
  }

  @Test(arguments: ["", "nobody", "a@", "@b", "a@b c@d", "a@b, x", "a@@b"])
  func e6_faultyAddressesAreFinal(to: String) throws {
    // An empty address is found even earlier, when the configuration is read.
    guard let notifier = try? make(port: 25, { $0.to = to }) else { return }
    #expect {
      try notifier.render(Samples.firing)
    } throws: { error in
      if case .permanent = error as? NotifyError { return true }
      return false
    }
  }

  @Test func e6_mailArrives() async throws {
    let server = try await MailServer.start()
    let notifier = try make(port: server.port)
    var message = try notifier.render(Samples.firing)
    message.id = "19a-1-ff"
    try await notifier.deliver(message)
    let mail = try #require(try server.received().first)
    #expect(mail.from == "tocsin@example.org")
    #expect(mail.to == ["ops@example.org", "pager@example.org"])
    #expect(mail.content.hasPrefix("Message-Id: <19a-1-ff@example.org>\r\n"))
    #expect(mail.content.contains("Subject: [FIRING:2] DiskFull (node page)\r\n"))
    #expect(mail.content.contains("To: Ops Team <ops@example.org>,\r\n pager@example.org\r\n"))
  }

  @Test(arguments: [("451 later", true), ("550 never", false)])
  func rt6_replies(reply: String, isRetried: Bool) async throws {
    let server = try await MailServer.start(reply: reply)
    let notifier = try make(port: server.port)
    switch await failure(of: notifier, try notifier.render(Samples.firing)) {
    case .retryable: #expect(isRetried)
    case .permanent: #expect(!isRetried)
    case .cancelled, nil: Issue.record("no failure")
    }
  }

  @Test func rt3_anUnreachableServerIsTriedAgain() async throws {
    let notifier = try make(port: 1) {
      $0.authUsername = "me"
      $0.authPassword = .text("pass-w0rd")
    }
    guard
      case .retryable(let text, _, _) = await failure(
        of: notifier, try notifier.render(Samples.firing))
    else {
      Issue.record("not tried again")
      return
    }
    #expect(!text.contains("pass-w0rd"))
  }

  @Test func e2_tlsIsDemandedUnlessSwitchedOff() async throws {
    let server = try await MailServer.start()
    let notifier = try make(port: server.port) { $0.requireTLS = nil }
    // The server has no STARTTLS: without it nothing is sent.
    #expect(await failure(of: notifier, try notifier.render(Samples.firing)) != nil)
    #expect(try server.received().isEmpty)
  }
}
