/// A mapping that is being decoded: it remembers which keys were asked for, so that `finish()` can name the others.
///
/// Accessors never throw. They report what is wrong to the diagnostics and answer nil or the default, so that one pass finds
/// every error. Ask for every key that exists, whether or not it is used: the set of asked keys is the set of known keys. A
/// key without a value (`key:` or `null`) counts as absent, as in the peers.
package final class ConfigMapping {
  /// What the mapping is, for messages: `global`, `scrape config`.
  package let context: String
  /// Where the mapping begins.
  package let position: ConfigPosition
  /// The file.
  package let source: ConfigSource
  /// Where errors go.
  package let diagnostics: ConfigDiagnostics
  /// The pairs in the order of the file.
  package let pairs: [ConfigPair]

  private var asked: Set<String> = []
  private var askedInOrder: [String] = []

  /// Opens a mapping. Anything else is reported, and the result is nil.
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

  /// The value of a key; nil when the key is absent or null.
  package func node(_ key: String) -> ConfigNode? {
    if asked.insert(key).inserted { askedInOrder.append(key) }
    guard let value = pairs.first(where: { $0.key == key })?.value, !value.isNull else {
      return nil
    }
    return value
  }

  /// Whether a key is there at all, be it without a value.
  package func contains(_ key: String) -> Bool {
    if asked.insert(key).inserted { askedInOrder.append(key) }
    return pairs.contains { $0.key == key }
  }

  /// Where a key stands; the mapping itself when it does not.
  package func position(of key: String) -> ConfigPosition {
    pairs.first { $0.key == key }?.position ?? position
  }

  /// Where a key's value stands; the mapping itself when there is none.
  package func valuePosition(of key: String) -> ConfigPosition {
    pairs.first { $0.key == key }?.value.position ?? position
  }

  /// Reports something about this mapping or, if a key is given, about the value of that key.
  package func report(_ message: String, key: String? = nil, mend: String? = nil) {
    let place = key.map(valuePosition(of:)) ?? position
    diagnostics.report(source.error(message, at: place, mend: mend))
  }

  /// Refuses keys that the peers know and tocsin does not: they are never silently without effect.
  package func refuse(_ keys: [String], mend: String? = nil) {
    for key in keys where node(key) != nil {
      diagnostics.report(
        source.error(
          "\"\(key)\" in \(context) is not supported yet", at: position(of: key),
          mend: mend ?? "remove it"))
    }
  }

  /// Reports every key that nobody asked for.
  package func finish() {
    for pair in pairs where !asked.contains(pair.key) {
      let suggestion = Suggestion.nearest(to: pair.key, among: askedInOrder)
      diagnostics.report(
        source.error(
          "unknown key \"\(pair.key)\" in \(context)", at: pair.position,
          mend: suggestion.map { "did you mean \"\($0)\"?" }))
    }
  }
}
