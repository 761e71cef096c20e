import CCurl
import Glibc

extension SMTPServer {
  /// Throws if the settings cannot work or would reveal secrets.
  func check() throws(MailError) {
    guard (1...65_535).contains(port) else { throw .invalid(reason: "port \(port)") }
    guard Self.isName(host), !host.isEmpty else {
      throw .invalid(reason: "the host of the mail server is no name")
    }
    guard Self.isName(helloName) else {
      throw .invalid(reason: "the hello name holds characters that are not allowed")
    }
    let isLocal = ["localhost", "127.0.0.1", "::1"].contains(host)
    if username != nil, security == .plain, !isLocal, !allowsUnencryptedLogin {
      throw .invalid(reason: "login without TLS would show the password; require TLS")
    }
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: ".-_:[]".utf8.contains(byte)
      }
    }
  }

  /// The error of a finished transfer; nil if the server accepted the message.
  func error(for outcome: TransferOutcome) -> MailError? {
    switch outcome.code {
    case CURLE_OK: return nil
    case CURLE_ABORTED_BY_CALLBACK: return .cancelled
    case CURLE_OPERATION_TIMEDOUT: return .timedOut(origin: origin, after: timeout)
    default: break
    }
    if let reply = SMTPReply(last: outcome.replies) {
      return reply.code < 500
        ? .temporary(origin: origin, code: reply.code, text: reply.text)
        : .permanent(origin: origin, code: reply.code, text: reply.text)
    }
    if outcome.code == CURLE_USE_SSL_FAILED {
      return .tls(origin: origin, reason: "the server does not offer STARTTLS")
    }
    if outcome.isTLSFailure { return .tls(origin: origin, reason: outcome.reason) }
    switch outcome.code {
    case CURLE_COULDNT_RESOLVE_HOST:
      return .connection(origin: origin, reason: "the host name does not resolve")
    case CURLE_COULDNT_CONNECT:
      let reason =
        outcome.systemError == 0
        ? "cannot connect" : unsafe String(cString: strerror(outcome.systemError))
      return .connection(origin: origin, reason: reason)
    default:
      return .connection(
        origin: origin, reason: unsafe String(cString: curl_easy_strerror(outcome.code)))
    }
  }
}

extension TransferOutcome {
  /// The lines of a mail server's replies.
  fileprivate var replies: [String] {
    header.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A negative reply of a mail server.
struct SMTPReply {
  let code: Int
  let text: String

  /// The last reply of a session, without the reply to QUIT; nil if it is not negative.
  init?(last lines: [String]) {
    var code = 0
    var texts: [String] = []
    var isComplete = true
    for line in lines {
      guard let number = Int(line.prefix(3)), number != 221 else { continue }
      if isComplete { texts = [] }
      texts.append(line.dropFirst(4).filter { !$0.isNewline })
      code = number
      isComplete = line.dropFirst(3).first != "-"
    }
    guard (400..<600).contains(code) else { return nil }
    self.code = code
    text = texts.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
