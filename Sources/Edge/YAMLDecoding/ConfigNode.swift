/// A value in a configuration file, with its position.
package struct ConfigNode: Sendable {
  /// The kind of a value.
  package enum Kind: Sendable {
    /// A string, number, boolean or null; its type depends on the accessor that reads it.
    case scalar(String, style: ScalarStyle)
    /// A list.
    case list([ConfigNode])
    /// Pairs in the order of the file, with merge keys expanded.
    case mapping([ConfigPair])
  }

  /// The style in which a scalar is written.
  package enum ScalarStyle: Sendable {
    /// Without quotes; only plain scalars can be null, numbers or booleans.
    case plain
    /// In single or double quotes, or with an explicit `!!str`: always a string.
    case quoted
    /// A block after `|`.
    case literal
    /// A block after `>`.
    case folded
  }

  /// The file that contains the value.
  package let source: ConfigSource
  /// The position of the value.
  package let position: ConfigPosition
  /// The kind and contents of the value.
  package let kind: Kind

  /// Whether the value is empty, `~` or `null`; such a value counts as absent.
  package var isNull: Bool {
    guard case .scalar(let text, .plain) = kind else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text of a scalar; nil for lists and mappings.
  package var text: String? {
    guard case .scalar(let text, _) = kind else { return nil }
    return text
  }

  /// The kind of the value, for messages.
  package var kindName: String {
    switch kind {
    case .scalar: isNull ? "nothing" : "a single value"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// Creates an error at this value.
  package func error(_ message: String, fix: String? = nil) -> ConfigError {
    source.error(message, at: position, fix: fix)
  }
}

/// A key and its value.
package struct ConfigPair: Sendable {
  /// The key.
  package let key: String
  /// The position of the key.
  package let position: ConfigPosition
  /// The value.
  package let value: ConfigNode
}
