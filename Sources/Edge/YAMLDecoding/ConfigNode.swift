/// One value of a configuration file and the place where it stands.
package struct ConfigNode: Sendable {
  /// What the value is.
  package enum Kind: Sendable {
    /// A text, number, boolean or nothing: YAML does not tell before one asks.
    case scalar(String, style: ScalarStyle)
    /// A list.
    case list([ConfigNode])
    /// Keys with values, in the order of the file, merge keys expanded.
    case mapping([ConfigPair])
  }

  /// How a scalar is written.
  package enum ScalarStyle: Sendable {
    /// Without quotes: `null`, numbers and booleans are such.
    case plain
    /// In single or double quotes, or with an explicit `!!str`: always a text.
    case quoted
    /// A block after `|`.
    case literal
    /// A block after `>`.
    case folded
  }

  /// The file that the value is from.
  package let source: ConfigSource
  /// Where the value begins.
  package let position: ConfigPosition
  /// What the value is.
  package let kind: Kind

  /// Whether the value is empty, `~` or `null`; such a value counts as not given.
  package var isNull: Bool {
    guard case .scalar(let text, .plain) = kind else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text of a scalar; nil for lists and mappings.
  package var text: String? {
    guard case .scalar(let text, _) = kind else { return nil }
    return text
  }

  /// What the value is, for messages.
  package var kindName: String {
    switch kind {
    case .scalar: isNull ? "nothing" : "a single value"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// An error at this value.
  package func error(_ message: String, mend: String? = nil) -> ConfigError {
    source.error(message, at: position, mend: mend)
  }
}

/// A key with its value.
package struct ConfigPair: Sendable {
  /// The key.
  package let key: String
  /// Where the key stands.
  package let position: ConfigPosition
  /// The value.
  package let value: ConfigNode
}
