import AlertRouting
import Codecs
import Configuration
import MetricModel
import TextTemplates
import WebClient

/// Sends mail over SMTP.
struct EmailNotifier: Notifier {
  private let settings: EmailSettings
  private let tools: NotifierTools
  private let texts: EmailTexts<Template>
  private let host: HostPort
  private let port: Int

  init(_ settings: EmailSettings, tools: NotifierTools) throws {
    let server = settings.server
    guard let host = server.smarthost, let port = Int(host.port), (1...65_535).contains(port)
    else { throw SettingError(description: "no smarthost with a port number") }
    guard server.authIdentity.isEmpty || server.authIdentity == server.authUsername else {
      throw SettingError(description: "auth_identity other than auth_username is not supported")
    }
    self.settings = settings
    self.tools = tools
    self.host = host
    self.port = port
    var texts = settings.texts
    if !texts.headers.contains(where: { $0.name.lowercased() == "subject" }) {
      texts.headers.append(EmailHeader(name: "Subject", text: EmailTexts.defaultSubject))
    }
    texts.headers.sort { $0.name < $1.name }
    for header in texts.headers where !Self.isHeaderName(header.name) {
      throw SettingError(description: "\"\(header.name)\" is no name of a header")
    }
    self.texts = try texts.map(tools.templates.parse)
  }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    let renderer = tools.templates.renderer(for: notification)
    let addresses = try addresses(renderer)
    let envelope = [
      ("From", addresses.from.headerText),
      ("To", addresses.to.map(\.headerText).joined(separator: ",\r\n ")),
    ]
    var content: Content
    do {
      content = try self.content(renderer)
    } catch {
      content = .plain(PlainSummary(notification: notification), because: error)
    }
    if content.text.isEmpty, content.html.isEmpty {
      content.text = PlainSummary(notification: notification).title + "\n"
    }
    let mail = MailMessage(
      headers: envelope + content.headers + thread(notification), text: content.text,
      html: content.html, date: notification.now,
      boundarySeed:
        "\(notification.groupKey) \(notification.now.rawValue) \(content.text.utf8.count)")
    return RenderedMessage(
      body: mail.bytes,
      attributes: [
        "from": addresses.from.address, "to": addresses.to.map(\.address).joined(separator: ","),
      ])
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    let server = try await server()
    let from = message.attributes["from"] ?? ""
    let recipients = (message.attributes["to"] ?? "").split(separator: ",").map(String.init)
    // The same identity at every try, so that mail systems can drop a repeat.
    let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
    let identity = Array("Message-Id: <\(message.id)@\(domain)>\r\n".utf8)
    do {
      try await tools.mail.send(
        from: from, to: recipients, message: identity + message.body, via: server)
    } catch {
      throw Self.error(for: error)
    }
  }

  private func addresses(
    _ renderer: TextRenderer
  ) throws(NotifyError) -> (from: MailAddress, to: [MailAddress]) {
    let from: String
    let to: String
    do {
      from = try renderer.text(texts.from)
      to = try renderer.text(texts.to)
    } catch {
      throw .permanent("\(error)")
    }
    guard let senders = MailAddress.list(from), senders.count == 1 else {
      throw .permanent("from must be exactly one mail address")
    }
    guard let receivers = MailAddress.list(to) else {
      throw .permanent("to must be a list of mail addresses")
    }
    return (senders[0], receivers)
  }

  /// The parts of a mail besides its addresses.
  private struct Content {
    var headers: [(name: String, value: String)] = []
    var text: String
    var html = ""

    static func plain(_ summary: PlainSummary, because error: TemplateError) -> Content {
      Content(
        headers: [("Subject", EncodedWord.encode(summary.title))],
        text: summary.text(because: error))
    }
  }

  private func content(_ renderer: TextRenderer) throws(TemplateError) -> Content {
    var content = Content(text: "")
    for header in texts.headers where !Self.reservedHeaders.contains(header.name.lowercased()) {
      let value = try renderer.text(header.text)
      content.headers.append((header.name, EncodedWord.encode(value)))
    }
    content.text = try renderer.text(texts.text)
    content.html = try renderer.text(texts.html, format: .html)
    return content
  }

  /// Headers that the settings do not set.
  private static let reservedHeaders = MailMessage.ownHeaders.union(["from", "to"])

  /// Headers that tie the messages of a group to a thread whose first message is never sent.
  private func thread(_ notification: AlertNotification) -> [(String, String)] {
    let date: String
    switch settings.threading {
    case .none: return []
    case .byGroup: date = ""
    case .daily: date = "-" + CivilDate(notification.now).dateText
    }
    let digest = Digest.sha256(Array(notification.groupKey.description.utf8))
    let root = "<alert-\(Hexadecimal.text(digest.prefix(8)))\(date)@tocsin>"
    return [("References", root), ("In-Reply-To", root)]
  }

  private func server() async throws(NotifyError) -> SMTPServer {
    let settings = settings.server
    var server = SMTPServer(host: host.host, port: port)
    if settings.forceImplicitTLS ?? (port == 465) {
      server.security = .implicitTLS
    } else {
      server.security = settings.requireTLS ? .startTLS : .plain
    }
    server.helloName = settings.hello
    server.tls = settings.tls
    guard !settings.authUsername.isEmpty else { return server }
    server.username = settings.authUsername
    do {
      let secret = settings.authPassword ?? settings.authSecret
      server.password = try await secret?.reveal(within: server.timeout)
    } catch {
      throw NotifyError(error)
    }
    return server
  }

  /// Replies 4xx are tried again, 5xx are final.
  private static func error(for failure: MailError) -> NotifyError {
    switch failure {
    case .temporary: .retryable(failure.description, .serverError)
    case .permanent(_, let code, _):
      .permanent(failure.description, (530...539).contains(code) ? .authError : .clientError)
    case .connection, .tls: .retryable(failure.description)
    case .timedOut: .retryable(failure.description, .contextDeadlineExceeded)
    case .invalid: .permanent(failure.description)
    case .cancelled: .cancelled
    }
  }

  private static func isHeaderName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") }
  }
}
