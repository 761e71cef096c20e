/// Renders and delivers messages for one integration of a receiver.
///
/// The two are apart because the rendered message is on disk before the first attempt, and may be
/// delivered by another process than the one that rendered it.
package protocol Notifier: Sendable {
  /// Renders the message. It is stored on disk, so no secret may be in it.
  ///
  /// - Throws: ``NotifyError/permanent(_:_:)``, for example when a template fails.
  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage

  /// Attempts to deliver a message once; the router repeats attempts that may succeed later. Ends
  /// soon when the task is cancelled.
  ///
  /// - Throws: why the receiver did not take it, and whether it may do so later.
  func deliver(_ message: RenderedMessage) async throws(NotifyError)
}

/// A message that is ready to be sent, without the secrets that sending takes.
package struct RenderedMessage: Sendable, Hashable, Codable {
  /// The same in every attempt, so that receivers can recognise repeats; set by the router.
  package var id = ""
  /// The body: JSON, or a whole mail.
  package var body: [UInt8]
  /// What else the notifier needs to deliver it, for example the addresses of a mail.
  package var attributes: [String: String]

  /// A message with no id yet.
  package init(body: [UInt8], attributes: [String: String] = [:]) {
    self.body = body
    self.attributes = attributes
  }

  private enum CodingKeys: String, CodingKey {
    case id, body, attributes
  }
}
