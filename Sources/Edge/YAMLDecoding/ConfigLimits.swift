/// What a configuration file may cost to read.
package struct ConfigLimits: Sendable {
  /// Size of one file, in bytes.
  package var fileBytes: Int
  /// Nesting of lists and mappings.
  package var depth: Int
  /// Values after aliases and merge keys have been expanded; bounds "billion laughs" files.
  package var nodes: Int

  /// Makes limits; the defaults are ten times what large real rule files need.
  package init(fileBytes: Int = 8 << 20, depth: Int = 64, nodes: Int = 500_000) {
    self.fileBytes = fileBytes
    self.depth = depth
    self.nodes = nodes
  }
}
