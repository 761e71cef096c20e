/// The identity of an integration: the same after a restart as long as the receiver's list is.
package struct IntegrationKey: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The receiver's name.
  package let receiver: String
  /// The kind, as `slack`.
  package let kind: String
  /// The place among the receiver's integrations of this kind, from 0.
  package let index: Int

  /// The key of one integration.
  package init(receiver: String, kind: String, index: Int) {
    self.receiver = receiver
    self.kind = kind
    self.index = index
  }

  /// `receiver/slack[0]`
  package var description: String { "\(receiver)/\(kind)[\(index)]" }

  /// The order by receiver, kind and index.
  package static func < (left: Self, right: Self) -> Bool {
    (left.receiver, left.kind, left.index) < (right.receiver, right.kind, right.index)
  }
}

extension ReceiverDefinition {
  /// The integrations with their keys.
  package var keyedIntegrations: [(key: IntegrationKey, definition: IntegrationDefinition)] {
    var counts: [String: Int] = [:]
    return integrations.map { definition in
      let kind = definition.kind
      let index = counts[kind, default: 0]
      counts[kind] = index + 1
      return (IntegrationKey(receiver: name, kind: kind, index: index), definition)
    }
  }
}
