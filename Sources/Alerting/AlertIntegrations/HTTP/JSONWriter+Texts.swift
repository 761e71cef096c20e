import MetricModel

extension JSONWriter {
  /// Writes a member with a text, cut to `limit` Unicode scalars; an empty text is left out.
  mutating func text(_ key: String, _ text: String, limit: Int = .max) {
    guard !text.isEmpty else { return }
    self.key(key)
    string(text.truncated(to: limit))
  }
}
