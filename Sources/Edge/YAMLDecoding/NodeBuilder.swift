import Yams

/// Converts nodes of Yams to `ConfigNode`s; expands aliases and merge keys within the limits.
struct NodeBuilder {
  let source: ConfigSource
  let limits: ConfigLimits
  let diagnostics: ConfigDiagnostics
  private var count = 0

  init(source: ConfigSource, limits: ConfigLimits, diagnostics: ConfigDiagnostics) {
    self.source = source
    self.limits = limits
    self.diagnostics = diagnostics
  }

  /// Converts the tree.
  consuming func build(_ root: Node) throws(ConfigError) -> ConfigNode {
    try node(root, depth: 1)
  }

  private mutating func node(_ node: Node, depth: Int) throws(ConfigError) -> ConfigNode {
    let position = node.mark.map(ConfigPosition.init) ?? ConfigPosition(line: 1, column: 1)
    count += 1
    guard count <= limits.nodes else {
      throw source.error(
        "expands to more than \(limits.nodes) values", at: position,
        fix: "use fewer aliases, or several files")
    }
    guard depth <= limits.depth else {
      throw source.error("nested deeper than \(limits.depth) levels", at: position)
    }
    let kind: ConfigNode.Kind
    switch node {
    case .scalar(let scalar):
      kind = .scalar(scalar.string, style: try style(of: scalar, at: position))
    case .sequence(let items):
      try check(tag: items.tag, at: position)
      var list: [ConfigNode] = []
      for item in items { list.append(try self.node(item, depth: depth + 1)) }
      kind = .list(list)
    case .mapping(let mapping):
      try check(tag: mapping.tag, at: position)
      kind = .mapping(try pairs(of: mapping, depth: depth))
    case .alias:
      throw source.error("an alias that cannot be resolved", at: position)
    }
    return ConfigNode(source: source, position: position, kind: kind)
  }

  private func style(
    of scalar: Node.Scalar, at position: ConfigPosition
  ) throws(ConfigError) -> ConfigNode.ScalarStyle {
    try check(tag: scalar.tag, at: position)
    switch scalar.style {
    case .literal: return .literal
    case .folded: return .folded
    case .singleQuoted, .doubleQuoted: return .quoted
    case .any, .plain: return scalar.tag.rawValue == Tag.Name.str.rawValue ? .quoted : .plain
    }
  }

  private func check(tag: Tag, at position: ConfigPosition) throws(ConfigError) {
    let name = tag.rawValue
    let known: [Tag.Name] = [
      .implicit, .nonSpecific, .str, .seq, .map, .bool, .float, .null, .int, .timestamp, .merge,
    ]
    guard known.contains(where: { $0.rawValue == name }) else {
      throw source.error("the tag \(name) has no meaning here", at: position, fix: "remove it")
    }
  }
}

extension NodeBuilder {
  private mutating func pairs(
    of mapping: Node.Mapping, depth: Int
  ) throws(ConfigError) -> [ConfigPair] {
    var own: [ConfigPair] = []
    var merges: [ConfigNode] = []
    var names: Set<String> = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { continue }
      let position = key.mark.map(ConfigPosition.init) ?? ConfigPosition(line: 1, column: 1)
      let value = try node(value, depth: depth + 1)
      if scalar.string == "<<", scalar.style == .plain {
        merges.append(value)
      } else if names.insert(scalar.string).inserted {
        own.append(ConfigPair(key: scalar.string, position: position, value: value))
      } else {
        diagnostics.report(source.error("duplicate key \"\(scalar.string)\"", at: position))
      }
    }
    for merge in merges { add(merge, to: &own, names: &names) }
    return own
  }

  /// Adds the keys of a merged mapping that are not present yet; the mappings of a list are merged
  /// in order.
  private func add(_ merge: ConfigNode, to pairs: inout [ConfigPair], names: inout Set<String>) {
    switch merge.kind {
    case .mapping(let merged):
      for pair in merged where names.insert(pair.key).inserted { pairs.append(pair) }
    case .list(let list) where list.allSatisfy { $0.isMapping }:
      for item in list { add(item, to: &pairs, names: &names) }
    default:
      diagnostics.report(
        merge.error(
          "the merge key << needs a mapping, not \(merge.kindName)",
          fix: "write an alias of a mapping after it"))
    }
  }
}
