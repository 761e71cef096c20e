/// Collects what a rendering writes. For HTML it knows where in the markup it stands, and escapes the values accordingly.
struct TemplateWriter {
  private var bytes: [UInt8] = []
  private var context: HTMLContext?

  init(isHTML: Bool) {
    context = isHTML ? HTMLContext() : nil
  }

  /// What was written.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The size of what was written, in bytes.
  var count: Int { bytes.count }

  /// Writes text of the template itself.
  mutating func append(markup text: String) {
    context?.advance(over: text.utf8)
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a value.
  mutating func append(_ value: TemplateValue) throws(TemplateFault) {
    guard var context else {
      bytes.append(contentsOf: value.printed.utf8)
      return
    }
    bytes.append(contentsOf: try HTMLEscaping.escaped(value, in: &context).utf8)
    self.context = context
  }
}
