import AlertRouting
import MetricModel
import WebClient

/// A URL that messages are posted to, with everything that its calls need. Nothing that it throws names more of the URL than
/// the host (CF5).
struct HTTPEndpoint: Sendable {
  let url: Secret
  let settings: HTTPSettings
  let timeout: PrometheusDuration
  let client: WebClient
  let now: @Sendable () -> Timestamp

  /// The largest answer that is read.
  private static let answerLimit = 1 << 20

  /// Posts a body and gives the answer back if its status is 2xx; every other outcome is an error of the right class (RT2, RT6).
  func post(
    _ body: [UInt8], headers: [(String, String)]
  ) async throws(NotifyError) -> WebResponse {
    let request = try request(body, headers)
    let response: WebResponse
    do {
      response = try await client.send(request)
    } catch {
      throw Self.error(for: error)
    }
    guard !response.isSuccess else { return response }
    throw error(for: response)
  }

  private func request(
    _ body: [UInt8], _ headers: [(String, String)]
  ) throws(NotifyError) -> WebRequest {
    let target = try reveal(url)
    guard !target.contains("{{") else {
      throw .permanent("templates in URLs are not supported", .clientError)
    }
    var request = WebRequest(.post, target, body: body)
    for (name, value) in headers { request.headers[name] = value }
    for header in settings.headers { request.headers[header.name] = try reveal(header.value) }
    request.timeout = timeout.duration
    request.maximumBodyBytes = Self.answerLimit
    request.followRedirects = settings.followRedirects
    request.proxyURL = settings.proxyURL
    request.tls = settings.tls.options
    request.userAgent = Self.userAgent
    if let basic = settings.basicAuth {
      request.credentials = .basic(username: basic.username, password: try reveal(basic.password))
    } else if let authorization = settings.authorization {
      request.credentials = .custom(
        scheme: authorization.type, value: try reveal(authorization.credentials))
    }
    return request
  }

  /// Alertmanager's name stands first, because receivers look for it (W1).
  static let userAgent = "Alertmanager/0.34.0 Tocsin"

  /// A secret file may be replaced at any time: what cannot be read now may be there at the next try.
  private func reveal(_ secret: Secret) throws(NotifyError) -> String {
    do {
      return try secret.reveal()
    } catch {
      throw .retryable(error.description)
    }
  }

  private func error(for response: WebResponse) -> NotifyError {
    let text = Self.printable(response.text)
    let reason =
      "\(response.effectiveOrigin) answered \(response.status)" + (text.isEmpty ? "" : ": \(text)")
    let after = RetryAfter.duration(response.headers["Retry-After"], now: now())
    switch response.status {
    case 408, 425: return .retryable(reason, .clientError, after: after)
    case 429: return .retryable(reason, .rateLimited, after: after)
    case 500...599: return .retryable(reason, .serverError, after: after)
    case 401, 403: return .permanent(reason, .authError)
    case 400...499: return .permanent(reason, .clientError)
    default: return .permanent(reason)
    }
  }

  private static func error(for failure: WebClientError) -> NotifyError {
    switch failure {
    case .cancelled: .cancelled
    case .timedOut: .retryable(failure.description, .contextDeadlineExceeded)
    case .invalidURL, .invalidRequest, .tooManyRedirects, .bodyTooLarge:
      .permanent(failure.description)
    case .resolve, .connectionRefused, .connection, .tls, .protocolError:
      .retryable(failure.description)
    }
  }

  /// The beginning of an answer, for messages: one line of it.
  static func printable(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }.prefix(200)
    return String(line.filter { !$0.unicodeScalars.contains { $0.value < 0x20 } })
  }
}

extension TLSSettings {
  /// The same for the web client.
  var options: TLSOptions {
    TLSOptions(
      caFile: caFile, certificateFile: certificateFile, keyFile: keyFile, serverName: serverName,
      insecureSkipVerify: skipsVerification)
  }
}
