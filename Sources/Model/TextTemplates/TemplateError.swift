/// A template that cannot be parsed or rendered, with the position.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the template, or the file that holds it.
  package let template: String
  /// The line, from 1.
  package let line: Int
  /// The column, from 1, in Unicode scalars.
  package let column: Int
  /// The position as a byte offset into the template's text, for finding it in a larger file.
  package let offset: Int
  /// What is wrong.
  package let message: String

  /// The name, the position and the fault: `template x:1:4: function "f" is not defined`.
  package var description: String { "template \(template):\(line):\(column): \(message)" }

  init(_ fault: PlacedFault, source: TemplateSource) {
    let head = String(decoding: source.text.utf8.prefix(fault.offset), as: UTF8.self)
    let lines = head.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    template = source.name
    line = max(lines.count, 1)
    column = (lines.last?.count ?? 0) + 1
    offset = fault.offset
    message = fault.message
  }
}

/// A fault with its byte offset in the text.
struct PlacedFault: Error {
  let message: String
  let offset: Int

  init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

/// A text with templates, and its name in messages.
struct TemplateSource: Sendable {
  let name: String
  let text: String
}
