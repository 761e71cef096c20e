import AlertRouting
import TextTemplates
import WebClient

/// A notifier that makes one HTTP request per message.
///
/// Each kind writes the message and the request. Retries, `Retry-After`, time-outs and the removal
/// of secrets from errors are the same for all. A kind that needs several requests conforms to
/// `Notifier` itself and also makes them through a ``NotifierClient``.
protocol HTTPNotifier: Notifier {
  /// Makes the requests.
  var client: NotifierClient { get }

  /// The message as the settings want it. It is stored before it is sent: no secret may be in it.
  func message(_ notification: AlertNotification) throws(TemplateError) -> RenderedMessage

  /// A message without templates, for when one of them fails; `nil` gives the notification up.
  func plainMessage(
    _ notification: AlertNotification, because error: TemplateError
  ) -> RenderedMessage?

  /// The request that delivers a message.
  func request(_ message: RenderedMessage) async throws(NotifyError) -> NotifierRequest

  /// Throws if an answer with a status of 2xx is no success.
  func check(_ response: WebResponse) throws(NotifyError)
}

extension HTTPNotifier {
  func plainMessage(
    _ notification: AlertNotification, because error: TemplateError
  ) -> RenderedMessage? { nil }

  func check(_ response: WebResponse) throws(NotifyError) {}

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    do {
      return try message(notification)
    } catch {
      guard let plain = plainMessage(notification, because: error) else {
        throw .permanent("\(error)")
      }
      return plain
    }
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    try check(try await client.send(try await request(message)))
  }
}
