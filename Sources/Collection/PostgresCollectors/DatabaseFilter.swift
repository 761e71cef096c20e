/// Selects the databases of a server that are monitored besides the connected one.
///
/// In patterns `*` is any text and `?` any character.
package struct DatabaseFilter: Sendable, Equatable {
  /// A database must match one of these; all do if there are none.
  package var include: [String]
  /// A database must match none of these.
  package var exclude: [String]

  /// Makes a filter; without arguments it takes every database.
  package init(include: [String] = [], exclude: [String] = []) {
    self.include = include
    self.exclude = exclude
  }

  /// The most databases of a server that are monitored.
  static let limit = 100

  /// Whether any database can pass.
  var isWanted: Bool { !exclude.contains("*") }

  /// Whether a database passes.
  package func contains(_ name: String) -> Bool {
    (include.isEmpty || include.contains { Self.matches($0, name) })
      && !exclude.contains { Self.matches($0, name) }
  }

  /// Whether a text is a pattern rather than a name.
  package static func isPattern(_ text: String) -> Bool { text.contains { $0 == "*" || $0 == "?" } }

  /// Whether a name matches a pattern.
  static func matches(_ pattern: String, _ name: String) -> Bool {
    let pattern = Array(pattern.unicodeScalars)
    let name = Array(name.unicodeScalars)
    var (at, position) = (0, 0)
    var star: (at: Int, position: Int)?
    while position < name.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, position)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == name[position] {
        at += 1
        position += 1
      } else if let last = star {
        // The last star matches one character more.
        star = (last.at, last.position + 1)
        (at, position) = (last.at + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
