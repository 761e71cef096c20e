import CCurl

/// Sends mail over SMTP with libcurl, on a thread of its own.
///
/// It does not share the thread of ``WebClient``: libcurl blocks while it waits for a mail server's
/// reply to QUIT, and a slow server must not delay scrapes.
package final class MailClient: Sendable {
  private let driver = TransferDriver.start(maxIdleConnections: 4)

  /// Creates a client; its thread starts with it.
  package init() {}

  deinit {
    driver?.stop()
  }

  /// Delivers one message to the server, which has accepted responsibility for it when this
  /// returns.
  ///
  /// `from` and `to` are the bare addresses of the envelope; the server must accept all recipients.
  /// The message is complete with its headers; line ends become CR LF, and dots at the start of
  /// lines are escaped.
  ///
  /// - Throws: ``MailError`` if the message was not accepted.
  package func send(
    from: String, to recipients: [String], message: [UInt8], via server: SMTPServer
  ) async throws(MailError) {
    guard let driver, let transfer = Transfer() else {
      throw .connection(
        origin: server.origin, reason: "libcurl has no thread or no memory to work with")
    }
    try Self.configure(transfer, from: from, to: recipients, via: server)
    transfer.setUpload(Self.normalized(message))
    let outcome = await driver.run(transfer)
    if let error = server.error(for: outcome) { throw error }
  }

  private static func configure(
    _ transfer: Transfer, from: String, to recipients: [String], via server: SMTPServer
  ) throws(MailError) {
    try server.check()
    guard !recipients.isEmpty else { throw .invalid(reason: "there is no recipient") }
    let sender = try envelope(from)
    var receivers: [String] = []
    for recipient in recipients { receivers.append(try envelope(recipient)) }
    transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    transfer.set(CURLOPT_PROXY, "")
    transfer.set(CURLOPT_URL, server.origin + "/" + server.helloName)
    transfer.set(CURLOPT_TIMEOUT_MS, server.timeout.wholeMilliseconds)
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, server.timeout.wholeMilliseconds)
    // Also bounds the wait for the reply to QUIT.
    transfer.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, server.timeout.wholeMilliseconds / 1000 + 1)
    // The server may close a reused connection in the middle of the next message.
    transfer.set(CURLOPT_FORBID_REUSE, 1)
    transfer.set(CURLOPT_FRESH_CONNECT, 1)
    transfer.set(CURLOPT_MAIL_FROM, sender)
    transfer.set(CURLOPT_MAIL_RCPT, list: receivers)
    transfer.apply(server.tls)
    if server.security == .startTLS {
      transfer.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
    }
    if let username = server.username {
      transfer.set(CURLOPT_USERNAME, username)
      transfer.set(CURLOPT_PASSWORD, server.password ?? "")
    }
    transfer.limitBody(1 << 20)
  }

  /// An address in angle brackets, as in the envelope; throws if it contains anything that could
  /// end the command.
  private static func envelope(_ address: String) throws(MailError) -> String {
    let isSafe = address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"<>".utf8.contains($0) }
    guard !address.isEmpty, isSafe else {
      throw .invalid(reason: "\"\(printable(address))\" is no mail address")
    }
    return "<\(address)>"
  }

  private static func printable(_ text: String) -> String {
    String(
      decoding: text.utf8.prefix(200).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 },
      as: UTF8.self)
  }

  /// The message with CR LF line ends: different servers read bare line ends differently.
  static func normalized(_ message: [UInt8]) -> [UInt8] {
    let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    var result: [UInt8] = []
    result.reserveCapacity(message.count + message.count / 32)
    var previous: UInt8 = 0
    for byte in message {
      if byte == carriageReturn || byte == lineFeed {
        let isSecondHalf = byte == lineFeed && previous == carriageReturn
        if !isSecondHalf { result += [carriageReturn, lineFeed] }
      } else {
        result.append(byte)
      }
      previous = byte
    }
    return result
  }
}
