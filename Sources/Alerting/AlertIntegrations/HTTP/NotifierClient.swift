import AlertRouting
import Configuration
import MetricModel
import WebClient

/// Sends the HTTP requests of one integration with its `http_config` and time limit.
///
/// Errors name the host, never the rest of a URL, and no secret.
struct NotifierClient: Sendable {
  let configuration: HTTPClientConfiguration
  let timeout: Duration
  let web: WebClient
  let now: @Sendable () -> Timestamp

  /// The time for one call when the configuration names none.
  static let defaultTimeout = Duration.seconds(30)
  /// The largest answer that is read, in bytes.
  private static let answerLimit = 1 << 20

  /// Sends a request and returns the answer if its status is 2xx.
  ///
  /// - Throws: `.retryable` for statuses 408, 425, 429 and 5xx (with the time of a `Retry-After`),
  ///   time-outs and failed connections; `.permanent` for every other status and for what cannot be
  ///   sent.
  func send(_ request: NotifierRequest) async throws(NotifyError) -> WebResponse {
    let request = try await webRequest(request)
    let response: WebResponse
    do {
      response = try await web.send(request)
    } catch {
      throw Self.error(for: error)
    }
    guard !response.isSuccess else { return response }
    throw error(for: response)
  }

  /// A secret for the one request that needs it; a file that cannot be read now may be there at the
  /// next try.
  func reveal(_ secret: Secret) async throws(NotifyError) -> String {
    do {
      return try await secret.reveal(within: timeout)
    } catch {
      throw NotifyError(error)
    }
  }

  private func webRequest(_ request: NotifierRequest) async throws(NotifyError) -> WebRequest {
    let url = try await reveal(request.url)
    guard !url.contains("{{") else {
      throw .permanent("templates in URLs are not supported", .clientError)
    }
    var result = WebRequest(request.method, url, body: request.body)
    for (name, value) in request.headers { result.headers[name] = value }
    result.timeout = timeout
    result.maximumBodyBytes = Self.answerLimit
    result.userAgent = Self.userAgent
    do {
      try await configuration.apply(to: &result)
    } catch {
      throw NotifyError(error)
    }
    return result
  }

  /// The name starts with Alertmanager's, because receivers look for it.
  static let userAgent = "Alertmanager/\(TocsinVersion.alertmanager) Tocsin"

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

  /// The first line of an answer, for messages.
  static func printable(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }.prefix(200)
    return String(line.filter { !$0.unicodeScalars.contains { $0.value < 0x20 } })
  }
}

extension NotifyError {
  /// A secret file may be replaced at any time: another try may succeed.
  init(_ error: SecretError) {
    switch error {
    case .unreadable, .overdue: self = .retryable(error.description)
    case .cancelled: self = .cancelled
    }
  }
}
