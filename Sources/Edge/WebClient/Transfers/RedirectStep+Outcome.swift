import CCurl
import Glibc

extension RedirectStep {
  /// The response of a finished transfer.
  func response(_ outcome: TransferOutcome, timings: WebTimings) -> WebResponse {
    WebResponse(
      status: outcome.status, headers: ResponseHeaders(outcome.header), body: outcome.body,
      timings: timings, effectiveOrigin: url.origin, redirects: redirects,
      httpVersion: Self.version(outcome.version), remoteAddress: outcome.remoteAddress,
      certificates: outcome.certificates.map(WebCertificate.init(fields:)))
  }

  /// The error of a failed transfer.
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
  /// Whether the certificate, the key or the handshake caused the failure.
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
