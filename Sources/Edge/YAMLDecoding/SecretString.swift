/// A text that is never shown: it prints as `<secret>` in descriptions, dumps and interpolations.
package struct SecretString: Hashable, Sendable, CustomStringConvertible,
  CustomDebugStringConvertible,
  CustomReflectable
{
  private let text: String

  /// Hides a text.
  package init(_ text: String) {
    self.text = text
  }

  /// The text itself, for the one place that sends it.
  package func reveal() -> String { text }

  package var description: String { "<secret>" }
  package var debugDescription: String { "<secret>" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
