import YAMLDecoding
import MetricModel
package import Scraping

/// Lists of targets as `file_sd_configs` and `http_sd_configs` read them: JSON or YAML.
package enum TargetFile {
  /// What discovery reads files with.
  package static let discoveryTools = DiscoveryTools(
    files: { FilePattern($0).files(in: ".") }, decode: { try decode($0, origin: $1) })

  /// The groups of a text; throws all that is wrong with it.
  static func decode(_ text: String, origin: String) throws -> [TargetGroup] {
    let diagnostics = ConfigDiagnostics()
    let source = ConfigSource(text: text, file: origin)
    let root = ConfigDocument.root(of: source, into: diagnostics)
    try diagnostics.throwIfAny()
    guard let root, !root.isNull else { return [] }
    // A list has no name of its own; the decoder of mappings knows how to read one below a key.
    guard case .list(let entries) = root.kind else {
      throw root.error("a file of targets must be a list of groups, not \(root.kindName)")
    }
    let groups = entries.compactMap {
      ConfigMapping($0, context: "target group", diagnostics: diagnostics)?.targetGroup()
    }
    try diagnostics.throwIfAny()
    return groups
  }
}
