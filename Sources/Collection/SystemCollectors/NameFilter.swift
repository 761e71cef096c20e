package import PatternMatching

/// Selects the names to expose: those that match one pattern and do not match another.
package struct NameFilter: Sendable {
  /// Only matching names are selected; nil selects all.
  package var include: RegularExpression?
  /// Matching names are left out; nil leaves out none.
  package var exclude: RegularExpression?

  /// Makes a filter; without patterns it selects everything.
  package init(include: RegularExpression? = nil, exclude: RegularExpression? = nil) {
    self.include = include
    self.exclude = exclude
  }

  /// Whether there is no pattern at all.
  var showsAll: Bool { include == nil && exclude == nil }

  /// Whether the name is selected.
  package func shows(_ name: String) -> Bool {
    if let exclude, exclude.matches(name) { return false }
    return include?.matches(name) ?? true
  }
}
