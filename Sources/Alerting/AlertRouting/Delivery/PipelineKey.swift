/// The way from one group to one integration: messages with the same key are delivered in order,
/// and the last one is in the notification log.
package struct PipelineKey: Sendable, Hashable {
  /// The group.
  package let group: GroupKey
  /// The integration.
  package let integration: IntegrationKey

  /// The way from a group to an integration.
  package init(group: GroupKey, integration: IntegrationKey) {
    self.group = group
    self.integration = integration
  }

  private static let separator: Character = "\u{1f}"

  /// The key of a row: receiver, kind, index and group, separated by the character U+001F. The
  /// index of an integration whose route is not the first with its matchers is followed by `/` and
  /// the number of the route.
  var storedText: String {
    let occurrence = group.occurrence == 0 ? "" : "/\(group.occurrence)"
    return [
      integration.receiver, integration.kind, "\(integration.index)\(occurrence)",
      group.description,
    ].joined(separator: String(Self.separator))
  }

  /// Reads the key of a row; nil if it is none.
  init?(storedText: String) {
    let parts = storedText.split(
      separator: Self.separator, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let numbers = parts[2].split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(numbers.count), let index = numbers[0],
      let occurrence = numbers.count == 2 ? numbers[1] : 0
    else { return nil }
    integration = IntegrationKey(
      receiver: String(parts[0]), kind: String(parts[1]), index: index)
    group = GroupKey(text: String(parts[3]), occurrence: occurrence)
  }
}
