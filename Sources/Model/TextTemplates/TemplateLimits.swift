/// What a template may cost.
package struct TemplateLimits: Sendable {
  /// Size of a template's text, in bytes.
  package var sourceBytes: Int
  /// Size of what one rendering writes, in bytes.
  package var outputBytes: Int
  /// Actions and function calls of one rendering.
  package var steps: Int
  /// Nesting of blocks, parentheses and template calls.
  package var depth: Int
  /// Queries of one rendering; each one starts the rendering anew.
  package var queries: Int

  /// Makes limits.
  package init(
    sourceBytes: Int = 1 << 20, outputBytes: Int = 1 << 20, steps: Int = 200_000, depth: Int = 64,
    queries: Int = 100
  ) {
    self.sourceBytes = sourceBytes
    self.outputBytes = outputBytes
    self.steps = steps
    self.depth = depth
    self.queries = queries
  }
}
