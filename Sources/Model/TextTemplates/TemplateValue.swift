/// A value of a template.
///
/// The cases are the types of Go that templates distinguish: an integer does not compare with a
/// float (`eq 1 1.0` is an error), so that a template that works here works in Prometheus and
/// Alertmanager.
package indirect enum TemplateValue: Sendable {
  /// Go's `nil`.
  case null
  /// A boolean.
  case bool(Bool)
  /// An integer, Go's `int`.
  case int(Int)
  /// A floating-point number, Go's `float64`.
  case number(Double)
  /// A string.
  case string(String)
  /// A string that is HTML already, and is not escaped again.
  case html(String)
  /// A URL that is known to be safe.
  case url(String)
  /// A list.
  case list([TemplateValue])
  /// A map, which is iterated in the order of its keys.
  case map([String: TemplateValue])
  /// A value with fields and methods.
  case object(any TemplateObject)

  /// A list of strings.
  package static func strings(_ texts: some Sequence<String>) -> TemplateValue {
    .list(texts.map { .string($0) })
  }

  /// A map of strings, such as labels.
  package static func strings(_ texts: [String: String]) -> TemplateValue {
    .map(texts.mapValues { .string($0) })
  }
}

/// A value with fields and methods: an alert, a time, a label set.
package protocol TemplateObject: Sendable {
  /// Go's name of the type, for messages.
  var typeName: String { get }
  /// The text that `{{ . }}` prints.
  var printed: String { get }
  /// The list or map that `range`, `len`, `index` and conditions work on; `nil` if there is none.
  var content: TemplateValue? { get }
  /// The value that `toJson` encodes.
  var json: TemplateValue { get }
  /// The value of a field; `nil` if there is no such field.
  func field(_ name: String) -> TemplateValue?
  /// The result of a method; `nil` if there is no such method.
  func call(_ method: String, _ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue?
}

extension TemplateObject {
  /// No content.
  package var content: TemplateValue? { nil }

  /// The content, else the printed text.
  package var json: TemplateValue { content ?? .string(printed) }

  /// No fields.
  package func field(_ name: String) -> TemplateValue? { nil }

  /// No methods.
  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? { nil }
}

/// A fault inside a function or method; the renderer adds the position.
package struct TemplateFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package let message: String
  /// The query whose result is missing: the renderer makes it and starts again.
  let pendingQuery: String?

  /// Creates a fault.
  package init(_ message: String) {
    self.message = message
    pendingQuery = nil
  }

  init(pendingQuery: String) {
    message = "query \(pendingQuery) was not answered"
    self.pendingQuery = pendingQuery
  }

  /// The fault.
  package var description: String { message }
}
