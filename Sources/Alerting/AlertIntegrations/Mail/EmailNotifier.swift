import AlertRouting
import MetricModel
import TextTemplates
import WebClient

/// Sends mail over SMTP (E1-E7).
struct EmailNotifier: Notifier {
  private let settings: EmailSettings
  private let tools: IntegrationTools
  private let texts: TextFields
  private let host: HostPort
  private let port: Int
  /// Headers of the settings, with `Subject`; the names as they were written.
  private let headerNames: [String]

  init(_ settings: EmailSettings, tools: IntegrationTools) throws {
    guard let host = settings.smarthost, let port = Int(host.port), (1...65_535).contains(port)
    else { throw SettingError(description: "no smarthost with a port number") }
    guard settings.authIdentity ?? "" == "" || settings.authIdentity == settings.authUsername else {
      throw SettingError(description: "auth_identity other than auth_username is not supported")
    }
    self.settings = settings
    self.tools = tools
    self.host = host
    self.port = port
    var texts = TextFields(tools.templates)
    try texts.add("to", settings.to)
    try texts.add("from", settings.from ?? "")
    try texts.add("html", settings.html)
    try texts.add("text", settings.text)
    var headers = settings.headers
    if !headers.keys.contains(where: { $0.lowercased() == "subject" }) {
      headers["Subject"] = #"{{ template "email.default.subject" . }}"#
    }
    headerNames = headers.keys.sorted()
    for (name, text) in headers {
      guard Self.isHeaderName(name) else {
        throw SettingError(description: "\"\(name)\" is no name of a header")
      }
      try texts.add("headers.\(name)", text)
    }
    self.texts = texts
  }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    let addresses = try addresses(notification)
    var headers = [
      ("From", addresses.from.headerText),
      ("To", addresses.to.map(\.headerText).joined(separator: ",\r\n ")),
    ]
    var text: String
    var html: String
    do {
      for name in headerNames where !MailMessage.ownHeaders.contains(name.lowercased()) {
        guard !["from", "to"].contains(name.lowercased()) else { continue }
        let value = try texts.render("headers.\(name)", notification)
        headers.append((name, EncodedWord.encode(value)))
      }
      text = try texts.render("text", notification)
      html = try texts.render("html", notification, format: .html)
    } catch {
      let summary = PlainSummary(notification: notification)
      headers = Array(headers.prefix(2)) + [("Subject", EncodedWord.encode(summary.title))]
      text = summary.text(because: error)
      html = ""
    }
    if text.isEmpty, html.isEmpty { text = PlainSummary(notification: notification).title + "\n" }
    headers += thread(notification)
    let mail = MailMessage(
      headers: headers, text: text, html: html, date: notification.now,
      boundarySeed: "\(notification.groupKey) \(notification.now.rawValue) \(text.utf8.count)")
    return RenderedMessage(
      body: mail.bytes,
      attributes: [
        "from": addresses.from.address, "to": addresses.to.map(\.address).joined(separator: ","),
      ])
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    let server = try server()
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
    _ notification: AlertNotification
  ) throws(NotifyError) -> (from: MailAddress, to: [MailAddress]) {
    let from: String
    let to: String
    do {
      from = try texts.render("from", notification)
      to = try texts.render("to", notification)
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

  /// Headers that tie the messages of a group to a thread whose first message was never sent (E5).
  private func thread(_ notification: AlertNotification) -> [(String, String)] {
    let date: String
    switch settings.threading {
    case .none: return []
    case .byGroup: date = ""
    case .daily: date = "-" + CivilDate(notification.now).dateText
    }
    let digest = SHA256.digest(Array(notification.groupKey.description.utf8))
    let root = "<alert-\(SHA256.hex(digest.prefix(8)))\(date)@tocsin>"
    return [("References", root), ("In-Reply-To", root)]
  }

  private func server() throws(NotifyError) -> SMTPServer {
    var server = SMTPServer(host: host.host, port: port)
    if settings.forceImplicitTLS ?? (port == 465) {
      server.security = .implicitTLS
    } else {
      server.security = settings.requireTLS ?? true ? .startTLS : .plain
    }
    server.helloName = settings.hello ?? "localhost"
    server.tls = (settings.tls ?? TLSSettings()).options
    guard let username = settings.authUsername, !username.isEmpty else { return server }
    server.username = username
    do {
      server.password = try (settings.authPassword ?? settings.authSecret)?.reveal()
    } catch {
      throw .retryable(error.description)
    }
    return server
  }

  /// 4xx is tried again, 5xx is final (RT6).
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
