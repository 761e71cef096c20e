package import MetricModel

/// A function that templates can call.
package struct TemplateFunction: Sendable {
  /// The number of arguments, the piped one included.
  package let arity: ClosedRange<Int>
  let body: @Sendable (TemplateCall) throws(TemplateFault) -> TemplateValue

  /// Creates a function.
  package init(
    _ arity: ClosedRange<Int>,
    _ body: @escaping @Sendable (TemplateCall) throws(TemplateFault) -> TemplateValue
  ) {
    self.arity = arity
    self.body = body
  }

  /// Creates a function with a fixed number of arguments.
  package init(
    _ count: Int,
    _ body: @escaping @Sendable (TemplateCall) throws(TemplateFault) -> TemplateValue
  ) {
    self.init(count...count, body)
  }
}

/// One call of a function: the arguments, and access to the rendering.
package struct TemplateCall {
  /// The name of the function.
  package let name: String
  /// The arguments; the piped one is the last.
  package let arguments: [TemplateValue]
  let renderer: TemplateRenderer

  /// The instant of the rendering.
  package var now: Timestamp { renderer.now }

  /// Whether the output is HTML.
  package var isHTML: Bool { renderer.isHTML }

  /// Renders another template of the set with `data` as its dot.
  package func render(template: String, data: TemplateValue) throws(TemplateFault) -> String {
    try renderer.nested(template, data: data)
  }

  /// The result of a PromQL query.
  package func query(_ expression: String) throws(TemplateFault) -> TemplateValue {
    try renderer.answer(expression)
  }

  /// An argument by its index.
  package subscript(index: Int) -> TemplateValue { arguments[index] }

  /// An argument that must be a string.
  package func string(_ index: Int) throws(TemplateFault) -> String {
    guard let text = arguments[index].text else { throw wrongType(index, "string") }
    return text
  }

  /// An argument that must be an integer.
  package func int(_ index: Int) throws(TemplateFault) -> Int {
    guard case .int(let value) = arguments[index] else { throw wrongType(index, "int") }
    return value
  }

  /// An argument that must be a list.
  package func list(_ index: Int) throws(TemplateFault) -> [TemplateValue] {
    guard let items = arguments[index].items else { throw wrongType(index, "a list") }
    return items
  }

  /// An argument that must be a list of strings.
  package func strings(_ index: Int) throws(TemplateFault) -> [String] {
    var texts: [String] = []
    for item in try list(index) {
      guard let text = item.text else { throw wrongType(index, "[]string") }
      texts.append(text)
    }
    return texts
  }

  func wrongType(_ index: Int, _ wanted: String) -> TemplateFault {
    TemplateFault(
      "wrong type for argument \(index + 1); expected \(wanted), got \(arguments[index].typeName)")
  }
}
