import YAMLDecoding
import MetricModel
package import Scraping

/// Decodes lists of targets for `file_sd_configs` and `http_sd_configs`, in JSON or YAML.
package enum TargetFile {
  /// The file access and decoding for target discovery.
  package static let discoveryTools = DiscoveryTools(
    files: { FilePattern($0).files(in: ".") }, decode: { try decode($0, origin: $1) })

  /// Decodes the groups of a text.
  ///
  /// - Throws: All errors in the text.
  static func decode(_ text: String, origin: String) throws -> [TargetGroup] {
    let diagnostics = ConfigDiagnostics()
    let source = ConfigSource(text: text, file: origin)
    let root = ConfigDocument.root(of: source, into: diagnostics)
    try diagnostics.throwIfAny()
    guard let root, !root.isNull else { return [] }
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
