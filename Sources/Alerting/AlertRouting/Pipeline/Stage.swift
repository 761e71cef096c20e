/// A step on the way from a group of alerts to a message.
package protocol Stage: Sendable {
  /// Passes the notification on, with some alerts taken out or something added; nil holds it back, and the stage counts why.
  func run(_ notification: AlertNotification) async throws(NotifyError) -> AlertNotification?
}

/// Stages one after the other; ends at the first that holds back.
package struct Pipeline: Stage {
  private let stages: [any Stage]

  package init(_ stages: [any Stage]) { self.stages = stages }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    var current = notification
    for stage in stages {
      guard let next = try await stage.run(current) else { return nil }
      current = next
    }
    return current
  }
}
