extension ConfigMapping {
  /// The entries of a list; empty when the key is absent.
  package func list(_ key: String) -> [ConfigNode] {
    guard let node = node(key) else { return [] }
    guard case .list(let list) = node.kind else {
      complain(key, node, "a list", mend: "begin each entry with \"- \"")
      return []
    }
    return list
  }

  /// The texts of a list with their places; entries that are no texts are reported.
  package func textNodes(_ key: String) -> [(text: String, node: ConfigNode)] {
    list(key).compactMap { item in
      if let text = item.text, !item.isNull { return (text, item) }
      diagnostics.report(
        item.error("the entries of \"\(key)\" in \(context) must be texts, not \(item.kindName)"))
      return nil
    }
  }

  /// The texts of a list. With `orSingle`, one text counts as a list of one.
  package func strings(_ key: String, orSingle: Bool = false) -> [String] {
    if orSingle, let text = node(key)?.text { return [text] }
    return textNodes(key).map(\.text)
  }

  /// A mapping below this one; nil when the key is absent or is something else, which is reported.
  package func mapping(_ key: String, context: String? = nil) -> ConfigMapping? {
    node(key).flatMap {
      ConfigMapping($0, context: context ?? key, diagnostics: diagnostics)
    }
  }

  /// The mappings of a list. An entry without anything in it counts as an empty mapping only if it is written `{}`.
  package func mappings(_ key: String, context: String) -> [ConfigMapping] {
    list(key).compactMap { ConfigMapping($0, context: context, diagnostics: diagnostics) }
  }

  /// The pairs of a mapping of texts, such as labels: key, text and the place of the key. Null counts as an empty text.
  package func stringPairs(_ key: String) -> [ConfigStringPair] {
    guard let node = node(key) else { return [] }
    guard case .mapping(let pairs) = node.kind else {
      complain(key, node, "a mapping of names to texts")
      return []
    }
    return pairs.compactMap { pair in
      guard let text = pair.value.text else {
        diagnostics.report(
          pair.value.error(
            "\"\(pair.key)\" in \(key) must be a text, not \(pair.value.kindName)"))
        return nil
      }
      return ConfigStringPair(
        key: pair.key, position: pair.position, node: pair.value,
        text: pair.value.isNull ? "" : text)
    }
  }
}

/// One entry of a mapping of texts.
package struct ConfigStringPair: Sendable {
  /// The key.
  package let key: String
  /// Where the key stands.
  package let position: ConfigPosition
  /// The value with its place.
  package let node: ConfigNode
  /// The value.
  package let text: String
}

extension ConfigNode {
  /// Whether the value is a mapping.
  package var isMapping: Bool {
    if case .mapping = kind { return true }
    return false
  }
}
