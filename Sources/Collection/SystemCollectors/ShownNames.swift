import SystemAccess
import CollectorCore

/// The names of a directory that are shown, judged anew only when the names change.
struct ShownNames: Sendable {
  private(set) var names: [String] = []
  private var revision = 0

  /// Brings the names up to date with the list.
  mutating func update(_ list: NameList, _ shows: (String) -> Bool) {
    guard list.revision != revision else { return }
    revision = list.revision
    names = list.names.filter(shows)
  }
}
