/// A value that templates work on.
///
/// The cases are those of Go that templates can tell apart: a whole number is not equal to a fraction (`eq 1 1.0` is an error),
/// so that a template which works here works in Prometheus and Alertmanager too.
package indirect enum TemplateValue: Sendable {
  /// Nothing: Go's `nil`.
  case null
  /// A boolean.
  case bool(Bool)
  /// A whole number, Go's `int`.
  case int(Int)
  /// A number, Go's `float64`.
  case number(Double)
  /// A text.
  case string(String)
  /// A text that is HTML already and is not escaped again.
  case html(String)
  /// An address that is known to be harmless.
  case url(String)
  /// A list.
  case list([TemplateValue])
  /// Names with values; walked over in the order of the names.
  case map([String: TemplateValue])
  /// Something with fields and methods.
  case object(any TemplateObject)

  /// A list of texts.
  package static func strings(_ texts: some Sequence<String>) -> TemplateValue {
    .list(texts.map { .string($0) })
  }

  /// A map of texts, such as labels.
  package static func strings(_ texts: [String: String]) -> TemplateValue {
    .map(texts.mapValues { .string($0) })
  }
}

/// Something with fields and methods: an alert, a time, a label set.
package protocol TemplateObject: Sendable {
  /// What the thing is, for messages.
  var typeName: String { get }
  /// What `{{ . }}` prints.
  var printed: String { get }
  /// The list or map that `range`, `len`, `index` and conditions see; nil if there is none.
  var content: TemplateValue? { get }
  /// What `toJson` writes.
  var json: TemplateValue { get }
  /// The value of a field; nil if there is no such field.
  func field(_ name: String) -> TemplateValue?
  /// The answer of a method; nil if there is no such method.
  func call(_ method: String, _ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue?
}

extension TemplateObject {
  package var content: TemplateValue? { nil }

  package var json: TemplateValue { content ?? .string(printed) }

  package func field(_ name: String) -> TemplateValue? { nil }

  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? { nil }
}

/// What goes wrong inside a function or method; the renderer adds the place.
package struct TemplateFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package let message: String
  /// The query whose answer is not there yet: the renderer fetches it and begins again.
  let pendingQuery: String?

  /// A failure.
  package init(_ message: String) {
    self.message = message
    pendingQuery = nil
  }

  init(pendingQuery: String) {
    message = "query \(pendingQuery) was not answered"
    self.pendingQuery = pendingQuery
  }

  package var description: String { message }
}
