/// A receiver: a name, and the integrations through which it is notified.
package struct ReceiverDefinition: Sendable {
  /// The unique name that routes refer to.
  package var name: String
  /// The integrations; each is notified independently of the others.
  package var integrations: [IntegrationDefinition]
  /// The line in the file, from 1; 0 if unknown.
  package var line: Int

  /// A receiver with its integrations.
  package init(name: String, integrations: [IntegrationDefinition] = [], line: Int = 0) {
    self.name = name
    self.integrations = integrations
    self.line = line
  }
}

/// One integration of a receiver, as far as routing knows it.
package struct IntegrationDefinition: Sendable {
  /// The kind, as metrics and keys name it: `slack`.
  package var kind: String
  /// Whether the end of alerts is notified as well.
  package var sendResolved: Bool
  /// The settings of the kind. Routing does not read them; the kind's notifier is made of them.
  package var settings: any Sendable
  /// The line in the file, from 1; 0 if unknown.
  package var line: Int

  /// An integration of a kind.
  package init(kind: String, sendResolved: Bool, settings: any Sendable = (), line: Int = 0) {
    self.kind = kind
    self.sendResolved = sendResolved
    self.settings = settings
    self.line = line
  }
}
