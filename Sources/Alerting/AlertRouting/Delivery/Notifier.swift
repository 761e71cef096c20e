/// A way to tell people or machines: one per integration of a receiver.
///
/// Rendering and delivery are apart, because the rendered message is on disk before the first try, and may be delivered by another
/// process than the one that rendered it.
package protocol Notifier: Sendable {
  /// Makes the message. What it returns goes to disk: no secret may be in it.
  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage

  /// Delivers a message once: no retries, those are the router's. Ends soon when the task is cancelled.
  func deliver(_ message: RenderedMessage) async throws(NotifyError)
}

/// A message that is ready to go, without the secrets that it takes to send it.
package struct RenderedMessage: Sendable, Hashable, Codable {
  /// The same in every try, for receivers that can tell repeats; given by the router.
  package var id = ""
  /// The body: JSON, or a whole mail.
  package var body: [UInt8]
  /// What else the notifier needs to deliver it, as the addresses of a mail.
  package var attributes: [String: String]

  package init(body: [UInt8], attributes: [String: String] = [:]) {
    self.body = body
    self.attributes = attributes
  }

  private enum CodingKeys: String, CodingKey {
    case id, body, attributes
  }
}
