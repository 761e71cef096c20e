import Foundation
import TestSupport
import Testing
import TransportSecurity

@testable import WebClient

/// Mail to a real SMTP server.
@Suite struct MailClientTests {
  let client = MailClient()

  private struct Mailbox {
    let folder: TemporaryDirectory
    let process: ChildProcess
    let port: Int

    func mail(_ number: Int) throws -> String {
      try String(contentsOfFile: folder.file("\(number).eml"), encoding: .utf8)
    }
  }

  private func start(
    tls: TemporaryDirectory? = nil, implicit: Bool = false
  ) async throws -> Mailbox {
    let folder = try TemporaryDirectory()
    let port = try FreePort.next()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/mail_server.py").path
    let files = tls.map { [$0.file("cert.pem"), $0.file("key.pem")] } ?? []
    let process = try ChildProcess.start(
      "/usr/bin/python3", [script, "\(port)", folder.path] + files + (implicit ? ["implicit"] : []))
    try await process.waitUntilAccepting(port: port)
    return Mailbox(folder: folder, process: process, port: port)
  }

  private func certificate() async throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    let maker = try ChildProcess.start(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"), "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      ])
    #expect(try await maker.waitForExit() == 0, "\(maker.output)")
    return folder
  }

  private static let message = Array(
    "Subject: test\r\n\r\nfirst\n.dot\r\n..two\r\n.\r\nlast\r".utf8)

  @Test func deliversToAllRecipientsUnchanged() async throws {
    let mailbox = try await start()
    var server = SMTPServer(host: "127.0.0.1", port: mailbox.port, security: .plain)
    server.helloName = "tocsin.test"
    for _ in 0..<2 {
      try await client.send(
        from: "tocsin@x.test", to: ["a@x.test", "b@x.test"], message: Self.message, via: server)
    }
    for number in 1...2 {
      let mail = try mailbox.mail(number)
      #expect(mail.contains("X-Hello: tocsin.test\r\nX-From: tocsin@x.test\r\n"))
      #expect(mail.contains("X-To: a@x.test,b@x.test\r\nX-TLS: False\r\n"))
      #expect(mail.hasSuffix("Subject: test\r\n\r\nfirst\r\n.dot\r\n..two\r\n.\r\nlast\r\n"))
    }
  }

  @Test func refusalsBringTheServersWords() async throws {
    let mailbox = try await start()
    let server = SMTPServer(host: "127.0.0.1", port: mailbox.port, security: .plain)
    let permanent = await #expect(throws: MailError.self) {
      try await client.send(
        from: "t@x.test", to: ["a@x.test", "reject@x.test"], message: Self.message, via: server)
    }
    #expect(
      permanent
        == .permanent(
          origin: server.origin, code: 550, text: "5.1.1 nobody here 5.1.1 of this name"))
    let temporary = await #expect(throws: MailError.self) {
      try await client.send(
        from: "t@x.test", to: ["later@x.test"], message: Self.message, via: server)
    }
    #expect(
      temporary == .temporary(origin: server.origin, code: 451, text: "4.7.1 come back later"))
  }

  @Test func loginGoesThroughSTARTTLS() async throws {
    let files = try await certificate()
    let mailbox = try await start(tls: files)
    var server = SMTPServer(
      host: "localhost", port: mailbox.port, username: "user", password: "secret")
    server.tls.caFile = files.file("cert.pem")
    try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    #expect(try mailbox.mail(1).contains("X-TLS: True"))

    server.password = "wr0ng"
    let wrong = await #expect(throws: MailError.self) {
      try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    }
    guard case .permanent(_, 535, _) = wrong else {
      Issue.record("\(String(describing: wrong))")
      return
    }
    #expect(wrong?.description.contains("wr0ng") == false)

    server.tls = TLSConfiguration()
    let unknown = await #expect(throws: MailError.self) {
      try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    }
    guard case .tls = unknown else {
      Issue.record("\(String(describing: unknown))")
      return
    }
  }

  @Test func implicitTLSIsSpokenFromTheFirstByte() async throws {
    let files = try await certificate()
    let mailbox = try await start(tls: files, implicit: true)
    var server = SMTPServer(host: "localhost", port: mailbox.port, security: .implicitTLS)
    server.tls.caFile = files.file("cert.pem")
    try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    #expect(try mailbox.mail(1).contains("X-To: a@x.test"))
  }

  @Test func withoutSTARTTLSNothingIsSentThatRequiresIt() async throws {
    let mailbox = try await start()
    let server = SMTPServer(host: "127.0.0.1", port: mailbox.port, security: .startTLS)
    await #expect(
      throws: MailError.tls(
        origin: server.origin, reason: "the server does not offer STARTTLS")
    ) {
      try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    }
  }

  @Test func silentAndAbsentServersAreDistinguished() async throws {
    let mailbox = try await start()
    var server = SMTPServer(host: "127.0.0.1", port: mailbox.port, security: .plain)
    server.timeout = .milliseconds(300)
    let late = await #expect(throws: MailError.self) {
      try await client.send(
        from: "t@x.test", to: ["slow@x.test"], message: Self.message, via: server)
    }
    #expect(late == .timedOut(origin: server.origin, after: .milliseconds(300)))
    server.port = try FreePort.next()
    let absent = await #expect(throws: MailError.self) {
      try await client.send(from: "t@x.test", to: ["a@x.test"], message: Self.message, via: server)
    }
    #expect(absent == .connection(origin: server.origin, reason: "Connection refused"))
  }

  @Test(arguments: [
    "", "a b@x", "a@x\r\nRCPT TO:<evil@x>", "<a@x>", "a@x>", "a\0@x", "a@x\n",
  ])
  func addressesCannotForgeCommands(address: String) async throws {
    let server = SMTPServer(host: "127.0.0.1", port: 25, security: .plain)
    for (from, to) in [(address, "a@x.test"), ("a@x.test", address)] {
      let error = await #expect(throws: MailError.self) {
        try await client.send(from: from, to: [to], message: Self.message, via: server)
      }
      guard case .invalid = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func settingsThatCannotWorkAreRefused() async throws {
    var server = SMTPServer(
      host: "mail.test", port: 25, security: .plain, username: "u", password: "hunter2")
    for change in [
      { (_: inout SMTPServer) in }, { $0.helloName = "a b" }, { $0.host = "a/b" }, { $0.port = 0 },
    ] as [(inout SMTPServer) -> Void] {
      var changed = server
      change(&changed)
      let error = await #expect(throws: MailError.self) {
        try await client.send(from: "a@x", to: ["b@x"], message: [], via: changed)
      }
      guard case .invalid = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.description.contains("hunter2") == false)
    }
    server.username = nil
    let error = await #expect(throws: MailError.self) {
      try await client.send(from: "a@x", to: [], message: [], via: server)
    }
    #expect(error == .invalid(reason: "there is no recipient"))
  }

  @Test(arguments: [
    ("a\nb", "a\r\nb"), ("a\r\nb", "a\r\nb"), ("a\rb", "a\r\nb"), ("\n\n", "\r\n\r\n"),
    ("\r\r\n", "\r\n\r\n"), ("", ""),
  ])
  func lineEndsAreMadeEqual(text: String, expected: String) {
    #expect(MailClient.normalized(Array(text.utf8)) == Array(expected.utf8))
  }

  @Test(arguments: [
    (["220 hi", "250 ok", "550 no", "221 bye"], 550, "no"),
    (["250-a", "250 b", "451-x", "451 y"], 451, "x y"), (["550 a", "451 b"], 451, "b"),
  ])
  func findsTheRefusal(lines: [String], code: Int, text: String) throws {
    let reply = try #require(SMTPReply(last: lines.map { $0 + "\r\n" }))
    #expect(reply.code == code)
    #expect(reply.text == text)
  }

  @Test(arguments: [["220 hi", "250 ok"], [], ["502 no EHLO", "250 ok"], ["garbage"]])
  func successIsNoRefusal(lines: [String]) {
    #expect(SMTPReply(last: lines) == nil)
  }
}
