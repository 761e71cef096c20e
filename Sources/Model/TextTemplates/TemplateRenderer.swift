import Codecs
import MetricModel

/// The reason why a rendering stopped.
enum TemplateStop: Error {
  /// The rendering failed.
  case failed(TemplateError)
  /// The result of a query is missing; the fault has the position.
  case needsAnswer(String, PlacedFault, TemplateSource)
}

/// One rendering: walks the syntax tree of a template and writes the output.
final class TemplateRenderer {
  let definitions: [String: TemplateDefinition]
  let functions: TemplateFunctions
  let limits: TemplateLimits
  let isHTML: Bool
  let now: Timestamp
  let answers: [String: Result<TemplateValue, TemplateFault>]

  private var writer: TemplateWriter
  private var steps = 0
  private var depth = 0
  /// The text being rendered, for messages.
  private var source = TemplateSource(name: "", text: "")
  /// The variables of the template being rendered, innermost last.
  private var variables: [(name: String, value: TemplateValue)] = []

  /// How a list of nodes ended.
  private enum Flow {
    case done, breakLoop, continueLoop
  }

  init(
    definitions: [String: TemplateDefinition], functions: TemplateFunctions,
    limits: TemplateLimits, isHTML: Bool, now: Timestamp,
    answers: [String: Result<TemplateValue, TemplateFault>]
  ) {
    self.definitions = definitions
    self.functions = functions
    self.limits = limits
    self.isHTML = isHTML
    self.now = now
    self.answers = answers
    writer = TemplateWriter(isHTML: isHTML)
  }

  /// Renders a template.
  func run(
    _ template: Template, data: TemplateValue, variables given: [String: TemplateValue]
  ) throws(TemplateStop) -> String {
    try execute(template.main, data: data, given: given)
    return writer.text
  }

  /// Renders a named template as the result of a function.
  func nested(_ name: String, data: TemplateValue) throws(TemplateFault) -> String {
    guard let definition = definitions[name] else {
      throw TemplateFault("template \(GoQuoting.quoted(name)) is not defined")
    }
    let outer = writer
    writer = TemplateWriter(isHTML: isHTML)
    defer { writer = outer }
    do {
      try execute(definition, data: data)
      return writer.text
    } catch {
      switch error {
      case .failed(let failure): throw TemplateFault(failure.description)
      case .needsAnswer(let expression, _, _): throw TemplateFault(pendingQuery: expression)
      }
    }
  }

  /// The result of a query, if it has been made.
  func answer(_ expression: String) throws(TemplateFault) -> TemplateValue {
    guard let answer = answers[expression] else { throw TemplateFault(pendingQuery: expression) }
    return try answer.get()
  }

  private func execute(
    _ definition: TemplateDefinition, data: TemplateValue, given: [String: TemplateValue] = [:]
  ) throws(TemplateStop) {
    let outside = (source, variables)
    defer { (source, variables) = outside }
    source = definition.source
    variables = given.map { (name: $0.key, value: $0.value) } + [(name: "$", value: data)]
    try descend(at: 0)
    _ = try walk(definition.body, dot: data)
    depth -= 1
  }

  private func walk(_ nodes: [TemplateNode], dot: TemplateValue) throws(TemplateStop) -> Flow {
    for node in nodes {
      switch node {
      case .text(let text): try write(at: 0) { $0.append(markup: text) }
      case .action(let pipeline):
        let value = try evaluate(pipeline, dot: dot)
        guard pipeline.variables.isEmpty else { continue }
        try write(at: pipeline.offset) { writer throws(TemplateFault) in try writer.append(value) }
      case .conditional(let branch):
        let flow = try conditional(branch, dot: dot, changesDot: false)
        if flow != .done { return flow }
      case .with(let branch):
        let flow = try conditional(branch, dot: dot, changesDot: true)
        if flow != .done { return flow }
      case .range(let branch):
        let flow = try range(branch, dot: dot)
        if flow != .done { return flow }
      case .call(let name, let argument, let offset):
        try call(name, argument: argument, dot: dot, offset: offset)
      case .breakLoop: return .breakLoop
      case .continueLoop: return .continueLoop
      }
    }
    return .done
  }

  private func call(
    _ name: String, argument: TemplateNode.Pipeline?, dot: TemplateValue, offset: Int
  ) throws(TemplateStop) {
    guard let definition = definitions[name] else {
      throw failure("template \(GoQuoting.quoted(name)) is not defined", at: offset)
    }
    var data = TemplateValue.null
    if let argument { data = try evaluate(argument, dot: dot) }
    guard depth < limits.depth else {
      throw failure("templates call each other deeper than \(limits.depth) levels", at: offset)
    }
    try execute(definition, data: data)
  }
}

// MARK: - Blocks

extension TemplateRenderer {
  private func conditional(
    _ branch: TemplateNode.Branch, dot: TemplateValue, changesDot: Bool
  ) throws(TemplateStop) -> Flow {
    let scope = variables.count
    defer { variables.removeSubrange(scope...) }
    let value = try evaluate(branch.pipeline, dot: dot)
    guard value.isTrue else { return try walk(branch.otherwise, dot: dot) }
    return try walk(branch.body, dot: changesDot ? value : dot)
  }

  private func range(
    _ branch: TemplateNode.Branch, dot: TemplateValue
  ) throws(TemplateStop) -> Flow {
    let scope = variables.count
    defer { variables.removeSubrange(scope...) }
    let value = try evaluate(branch.pipeline, dot: dot, isRange: true)
    let pairs = try elements(of: value, at: branch.pipeline.offset)
    if pairs.isEmpty { return try walk(branch.otherwise, dot: dot) }
    let inner = variables.count
    for (key, element) in pairs {
      try step(at: branch.pipeline.offset)
      bind(branch.pipeline, key: key, element: element)
      let flow = try walk(branch.body, dot: element)
      variables.removeSubrange(inner...)
      if flow == .breakLoop { break }
    }
    return .done
  }

  /// Sets the variables of a range: one is the element, two are key and element.
  private func bind(
    _ pipeline: TemplateNode.Pipeline, key: TemplateValue, element: TemplateValue
  ) {
    let values = pipeline.variables.count == 2 ? [key, element] : [element]
    for (name, value) in zip(pipeline.variables, values) { set(name, value, in: pipeline) }
  }

  /// The keys and elements of a `range`: the items of a list, a map sorted by key, or the integers
  /// below a number.
  private func elements(
    of value: TemplateValue, at offset: Int
  ) throws(TemplateStop) -> [(TemplateValue, TemplateValue)] {
    switch value.content {
    case .null: return []
    case .list(let items):
      return items.enumerated().map { (.int($0.offset), $0.element) }
    case .map(let map):
      return map.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
    case .int(let count):
      guard count <= limits.steps else {
        throw failure("more than \(limits.steps) steps", at: offset)
      }
      return (0..<max(count, 0)).map { (.int($0), .int($0)) }
    default:
      throw failure("range cannot walk over \(value.typeName)", at: offset)
    }
  }
}

// MARK: - Variables, limits, output

extension TemplateRenderer {
  func variable(_ name: String) -> TemplateValue {
    variables.last { $0.name == name }?.value ?? .null
  }

  func set(_ name: String, _ value: TemplateValue, in pipeline: TemplateNode.Pipeline) {
    if pipeline.isAssignment, let index = variables.lastIndex(where: { $0.name == name }) {
      variables[index].value = value
    } else {
      variables.append((name: name, value: value))
    }
  }

  func step(at offset: Int) throws(TemplateStop) {
    steps += 1
    guard steps <= limits.steps else {
      throw failure("more than \(limits.steps) steps", at: offset)
    }
  }

  func descend(at offset: Int) throws(TemplateStop) {
    depth += 1
    guard depth <= 2 * limits.depth else {
      throw failure("nested deeper than \(2 * limits.depth) levels", at: offset)
    }
  }

  func ascend() { depth -= 1 }

  func failure(_ message: String, at offset: Int) -> TemplateStop {
    .failed(TemplateError(PlacedFault(message, at: offset), source: source))
  }

  /// Adds the position to the fault of a function.
  func stop(_ fault: TemplateFault, in what: String, at offset: Int) -> TemplateStop {
    if let expression = fault.pendingQuery {
      return .needsAnswer(expression, PlacedFault(fault.message, at: offset), source)
    }
    return failure("\(what): \(fault.message)", at: offset)
  }

  private func write(
    at offset: Int, _ body: (inout TemplateWriter) throws(TemplateFault) -> Void
  ) throws(TemplateStop) {
    do {
      try body(&writer)
    } catch {
      throw failure(error.message, at: offset)
    }
    guard writer.count <= limits.outputBytes else {
      throw failure("the output is larger than \(limits.outputBytes) bytes", at: offset)
    }
  }
}
