import Yams

/// Checks a document without aliases: keys must be scalars, and nesting must not exceed the limit.
struct KeyCheck {
  let source: ConfigSource
  let limits: ConfigLimits

  func run(_ node: Node, depth: Int = 1) throws(ConfigError) {
    let place = node.mark.map(ConfigPosition.init)
    guard depth <= limits.depth else {
      throw source.error("nested deeper than \(limits.depth) levels", at: place)
    }
    switch node {
    case .scalar, .alias: break
    case .sequence(let items):
      for item in items { try run(item, depth: depth + 1) }
    case .mapping(let pairs):
      for pair in pairs {
        try check(key: pair.key)
        try run(pair.value, depth: depth + 1)
      }
    }
  }

  private func check(key: Node) throws(ConfigError) {
    let place = key.mark.map(ConfigPosition.init)
    guard case .scalar(let scalar) = key else {
      throw source.error("a key must be a single value, not a list or a mapping", at: place)
    }
    guard scalar.style == .plain, let place, let line = source.line(place.line) else { return }
    if line.unicodeScalars.dropFirst(place.column - 1).first == "*" {
      throw source.error("an alias cannot be a key", at: place)
    }
  }
}

extension ConfigPosition {
  /// Converts a position of Yams.
  init(_ mark: Mark) {
    self.init(line: max(mark.line, 1), column: max(mark.column, 1))
  }
}
