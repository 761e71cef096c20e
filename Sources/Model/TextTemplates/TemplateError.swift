/// A template that does not parse or cannot be rendered, with the place.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The template or the file that holds it.
  package let template: String
  /// The line, from 1.
  package let line: Int
  /// The column in Unicode scalars, from 1.
  package let column: Int
  /// The place as a byte offset into the template's text, to find it inside a larger file.
  package let offset: Int
  /// What is wrong.
  package let message: String

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

/// A fault and where it is in the text, in bytes.
struct PlacedFault: Error {
  let message: String
  let offset: Int

  init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

/// A text with templates, and what it is called in messages.
struct TemplateSource: Sendable {
  let name: String
  let text: String
}
