package import PatternMatching

/// Which names are shown: those that match one pattern, less those that match another.
package struct NameFilter: Sendable {
  /// Only names that match are shown; nil shows all.
  package var include: RegularExpression?
  /// Names that match are not shown; nil leaves out none.
  package var exclude: RegularExpression?

  /// Makes a filter; without patterns it shows everything.
  package init(include: RegularExpression? = nil, exclude: RegularExpression? = nil) {
    self.include = include
    self.exclude = exclude
  }

  /// Whether there is no pattern at all.
  var showsAll: Bool { include == nil && exclude == nil }

  /// Whether the name is shown.
  package func shows(_ name: String) -> Bool {
    if let exclude, exclude.matches(name) { return false }
    return include?.matches(name) ?? true
  }
}
