/// Limits on the size of a configuration file.
package struct ConfigLimits: Sendable {
  /// The size of one file in bytes.
  package var fileBytes: Int
  /// The nesting depth of lists and mappings.
  package var depth: Int
  /// The number of values after the expansion of aliases and merge keys; bounds "billion laughs"
  /// files.
  package var nodes: Int

  /// Creates limits; the defaults are ten times what large rule files need in practice.
  package init(fileBytes: Int = 8 << 20, depth: Int = 64, nodes: Int = 500_000) {
    self.fileBytes = fileBytes
    self.depth = depth
    self.nodes = nodes
  }
}
