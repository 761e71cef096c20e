/// Collects the output of a rendering. For HTML it tracks the position in the markup, and escapes
/// values for it.
struct TemplateWriter {
  private var bytes: [UInt8] = []
  private var context: HTMLContext?

  init(isHTML: Bool) {
    context = isHTML ? HTMLContext() : nil
  }

  /// The output.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The size of the output, in bytes.
  var count: Int { bytes.count }

  /// Writes literal text of the template.
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
