import CCurl
import Glibc

extension Hop {
  /// The answer that a finished transfer brought.
  func response(_ outcome: TransferOutcome, timings: WebTimings) -> WebResponse {
    WebResponse(
      status: outcome.status, headers: Self.headers(outcome.header), body: outcome.body,
      timings: timings, effectiveOrigin: url.origin, redirects: redirects,
      httpVersion: Self.version(outcome.version), remoteAddress: outcome.remoteAddress,
      certificates: outcome.certificates.map(WebCertificate.init(fields:)))
  }

  /// Why a transfer failed, in the client's words.
  func error(for outcome: TransferOutcome, timeout: Duration) -> WebClientError {
    let origin = url.origin
    if outcome.isOverLimit { return .bodyTooLarge(origin: origin, limit: request.maximumBodyBytes) }
    switch outcome.code {
    case CURLE_FILESIZE_EXCEEDED:
      return .bodyTooLarge(origin: origin, limit: request.maximumBodyBytes)
    case CURLE_ABORTED_BY_CALLBACK: return .cancelled
    case CURLE_OPERATION_TIMEDOUT:
      return .timedOut(origin: origin, after: timeout, while: phase(outcome.timings))
    case CURLE_COULDNT_RESOLVE_HOST: return .resolve(origin: origin)
    case CURLE_COULDNT_RESOLVE_PROXY:
      return .connection(origin: origin, reason: "the proxy's name does not resolve")
    case CURLE_COULDNT_CONNECT:
      return outcome.systemError == ECONNREFUSED
        ? .connectionRefused(origin: origin)
        : .connection(origin: origin, reason: Self.text(ofSystemError: outcome.systemError))
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
      return .invalidURL(reason: unsafe String(cString: curl_easy_strerror(outcome.code)))
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
      return .connection(
        origin: origin, reason: "the connection was closed before the answer was complete")
    default:
      let reason = unsafe String(cString: curl_easy_strerror(outcome.code))
      return outcome.isTLSFailure
        ? .tls(origin: origin, reason: outcome.reason)
        : .protocolError(origin: origin, reason: reason)
    }
  }

  private func phase(_ timings: WebTimings) -> WebClientError.Phase {
    if timings.dns == .zero { return .resolving }
    if timings.connect == .zero { return .connecting }
    if url.scheme == "https", timings.tls == .zero { return .handshaking }
    return timings.processing == .zero ? .waiting : .receiving
  }

  private static func text(ofSystemError code: Int32) -> String {
    code == 0 ? "cannot connect" : unsafe String(cString: strerror(code))
  }

  /// The fields of the last answer: a status line begins anew (100, proxies).
  private static func headers(_ bytes: [UInt8]) -> WebHeaders {
    var headers = WebHeaders()
    headers.reserveCapacity(8)
    var rest = bytes[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      if line.starts(with: statusLine) {
        headers = WebHeaders()
        headers.reserveCapacity(8)
        continue
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      headers.append(
        String(decoding: line[..<colon], as: UTF8.self),
        String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self))
    }
    return headers
  }

  private static let statusLine = Array("HTTP/".utf8)

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
    let start = text.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex
    return start[..<end]
  }

  private static func version(_ number: Int) -> String {
    switch number {
    case Int(CURL_HTTP_VERSION_1_0): "1.0"
    case Int(CURL_HTTP_VERSION_2_0): "2"
    case Int(CURL_HTTP_VERSION_3): "3"
    default: "1.1"
    }
  }
}

extension TransferOutcome {
  /// Whether certificates, keys or the handshake were the trouble.
  var isTLSFailure: Bool {
    [
      CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_SHUTDOWN_FAILED,
      CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT,
    ].contains { $0 == code }
  }
}
