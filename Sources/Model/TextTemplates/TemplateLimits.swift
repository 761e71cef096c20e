/// The limits of one template and its rendering.
package struct TemplateLimits: Sendable {
  /// The size of a template's text, in bytes.
  package var sourceBytes: Int
  /// The size of the output of one rendering, in bytes.
  package var outputBytes: Int
  /// The number of actions and function calls of one rendering.
  package var steps: Int
  /// The nesting of blocks, parentheses and template calls.
  package var depth: Int
  /// The number of queries of one rendering, each of which starts the rendering again.
  package var queries: Int

  /// Creates limits.
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
