import SystemAccess
import CollectorCore

/// The exposed names of a directory, selected again only when the names change.
struct ShownNames: Sendable {
  private(set) var names: [String] = []
  private var revision = 0

  /// Updates the names from the list.
  mutating func update(_ list: NameList, _ shows: (String) -> Bool) {
    guard list.revision != revision else { return }
    revision = list.revision
    names = list.names.filter(shows)
  }
}
