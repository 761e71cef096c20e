import AlertRouting
import Foundation
import MetricModel
import Testing

@testable import AlertIntegrations

@Suite struct EmailNotifierTests {
  private func settings(port: Int = 25, _ change: (inout EmailSettings) -> Void = { _ in })
    -> EmailSettings
  {
    var settings = EmailSettings()
    settings.texts.to = "Ops Team <ops@example.org>, pager@example.org"
    settings.texts.from = "Töcsin <tocsin@example.org>"
    settings.server.smarthost = HostPort(host: "127.0.0.1", port: "\(port)")
    settings.server.requireTLS = false
    change(&settings)
    return settings
  }

  private func make(port: Int = 25, _ change: (inout EmailSettings) -> Void = { _ in }) throws
    -> any Notifier
  {
    try Samples.notifier(settings(port: port, change))
  }

  private func text(_ notifier: any Notifier, _ notification: AlertNotification) throws -> String {
    String(decoding: try notifier.render(notification).body, as: UTF8.self)
  }

  @Test func headersAreEncodedAndHTMLIsEscaped() throws {
    let mail = try text(
      make {
        $0.texts.headers = [
          EmailHeader(name: "Subject", text: "größer\r\nBcc: evil@example.org"),
          EmailHeader(name: "X-Team", text: "{{ .GroupLabels.alertname }}"),
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

  @Test func messagesOfAGroupAreAThread() throws {
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

  @Test func linesAreShortAndEndInCRLF() throws {
    let long = Samples.notification([
      Samples.alert("DiskFull", instance: "a", summary: String(repeating: "lang und ü ", count: 50))
    ])
    let mail = try text(make(), long)
    let lines = mail.components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    #expect(lines.allSatisfy { !$0.contains("\n") && !$0.contains("\r") })
  }

  @Test(arguments: ["", "nobody", "a@", "@b", "a@b c@d", "a@b, x", "a@@b"])
  func faultyAddressesAreFinal(to: String) throws {
    let notifier = try make { $0.texts.to = to }
    #expect {
      try notifier.render(Samples.firing)
    } throws: { error in
      if case .permanent = error as? NotifyError { return true }
      return false
    }
  }

  @Test func mailArrives() async throws {
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

  @Test func tlsIsDemandedUnlessSwitchedOff() async throws {
    let server = try await MailServer.start()
    let notifier = try make(port: server.port) { $0.server.requireTLS = true }
    // The server has no STARTTLS: without it nothing is sent.
    #expect(await failure(of: notifier, try notifier.render(Samples.firing)) != nil)
    #expect(try server.received().isEmpty)
  }
}
