/// A mapping that is being decoded; it records which keys were read, so that `finish()` can report
/// the others.
///
/// Accessors never throw. They report errors to the diagnostics and return nil or the default, so
/// that one pass finds every error. Read every supported key, whether or not it is used: the keys
/// that were read are the known keys. A key without a value (`key:` or `null`) counts as absent, as
/// in Prometheus.
package final class ConfigMapping {
  /// The name of the mapping in messages: `global`, `scrape config`.
  package let context: String
  /// The position of the mapping.
  package let position: ConfigPosition
  /// The file that contains the mapping.
  package let source: ConfigSource
  /// The collector to which errors are reported.
  package let diagnostics: ConfigDiagnostics
  /// The pairs in the order of the file.
  package let pairs: [ConfigPair]

  private var asked: Set<String> = []
  private var askedInOrder: [String] = []

  /// Creates a decoder for a mapping; any other node is reported, and the result is nil.
  package init?(_ node: ConfigNode, context: String, diagnostics: ConfigDiagnostics) {
    guard case .mapping(let pairs) = node.kind else {
      diagnostics.report(
        node.error("\(context) must be a mapping of keys to values, not \(node.kindName)"))
      return nil
    }
    self.context = context
    self.diagnostics = diagnostics
    self.pairs = pairs
    position = node.position
    source = node.source
  }

  /// Creates an empty mapping at the position of `parent`.
  init(emptyBelow parent: ConfigMapping, context: String) {
    self.context = context
    diagnostics = parent.diagnostics
    pairs = []
    position = parent.position
    source = parent.source
  }

  /// The value of a key; nil if the key is absent or null.
  package func node(_ key: String) -> ConfigNode? {
    if asked.insert(key).inserted { askedInOrder.append(key) }
    guard let value = pairs.first(where: { $0.key == key })?.value, !value.isNull else {
      return nil
    }
    return value
  }

  /// Whether a key is present, even without a value.
  package func contains(_ key: String) -> Bool {
    if asked.insert(key).inserted { askedInOrder.append(key) }
    return pairs.contains { $0.key == key }
  }

  /// The position of a key, or that of the mapping if the key is absent.
  package func position(of key: String) -> ConfigPosition {
    pairs.first { $0.key == key }?.position ?? position
  }

  /// The position of a key's value, or that of the mapping if there is none.
  package func valuePosition(of key: String) -> ConfigPosition {
    pairs.first { $0.key == key }?.value.position ?? position
  }

  /// Reports an error about this mapping or, if a key is given, about the value of that key.
  package func report(_ message: String, key: String? = nil, fix: String? = nil) {
    let place = key.map(valuePosition(of:)) ?? position
    diagnostics.report(source.error(message, at: place, fix: fix))
  }

  /// Reports keys that Prometheus or Alertmanager support and Tocsin does not: they are never
  /// silently ignored.
  package func refuse(_ keys: [String], fix: String? = nil) {
    for key in keys where node(key) != nil {
      diagnostics.report(
        source.error(
          "\"\(key)\" in \(context) is not supported yet", at: position(of: key),
          fix: fix ?? "remove it"))
    }
  }

  /// Reports every key that was not read.
  package func finish() {
    for pair in pairs where !asked.contains(pair.key) {
      let suggestion = Suggestion.nearest(to: pair.key, among: askedInOrder)
      diagnostics.report(
        source.error(
          "unknown key \"\(pair.key)\" in \(context)", at: pair.position,
          fix: suggestion.map { "did you mean \"\($0)\"?" }))
    }
  }
}
