extension ConfigMapping {
  /// The entries of a list; empty if the key is absent.
  package func list(_ key: String) -> [ConfigNode] {
    guard let node = node(key) else { return [] }
    guard case .list(let list) = node.kind else {
      complain(key, node, "a list", fix: "begin each entry with \"- \"")
      return []
    }
    return list
  }

  /// The strings of a list with their nodes; entries that are not strings are reported.
  package func textNodes(_ key: String) -> [(text: String, node: ConfigNode)] {
    list(key).compactMap { item in
      if let text = item.text, !item.isNull { return (text, item) }
      diagnostics.report(
        item.error("the entries of \"\(key)\" in \(context) must be texts, not \(item.kindName)"))
      return nil
    }
  }

  /// The strings of a list. With `orSingle`, a single string counts as a list of one.
  package func strings(_ key: String, orSingle: Bool = false) -> [String] {
    if orSingle, let text = node(key)?.text { return [text] }
    return textNodes(key).map(\.text)
  }

  /// The mapping under a key; nil if the key is absent, or if its value is not a mapping, which is
  /// reported.
  package func mapping(_ key: String, context: String? = nil) -> ConfigMapping? {
    node(key).flatMap {
      ConfigMapping($0, context: context ?? key, diagnostics: diagnostics)
    }
  }

  /// The mapping under a key, or an empty one instead of nil, for sections whose keys all have
  /// defaults.
  package func mappingOrEmpty(_ key: String) -> ConfigMapping {
    mapping(key) ?? ConfigMapping(emptyBelow: self, context: key)
  }

  /// The mappings of a list. An empty entry counts as an empty mapping only if it is written `{}`.
  package func mappings(_ key: String, context: String) -> [ConfigMapping] {
    list(key).compactMap { ConfigMapping($0, context: context, diagnostics: diagnostics) }
  }

  /// The pairs of a mapping of strings, such as labels; null counts as an empty string.
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

/// One pair of a mapping of strings.
package struct ConfigStringPair: Sendable {
  /// The key.
  package let key: String
  /// The position of the key.
  package let position: ConfigPosition
  /// The node of the value.
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
