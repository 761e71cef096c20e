extension TemplateRenderer {
  /// The value of a pipeline. Its variables are set here, except those of a range.
  func evaluate(
    _ pipeline: TemplateNode.Pipeline, dot: TemplateValue, isRange: Bool = false
  ) throws(TemplateStop) -> TemplateValue {
    var value: TemplateValue?
    for command in pipeline.commands {
      value = try evaluate(command, dot: dot, piped: value)
    }
    let result = value ?? .null
    if !isRange { for name in pipeline.variables { set(name, result, in: pipeline) } }
    return result
  }

  private func evaluate(
    _ command: TemplateNode.Command, dot: TemplateValue, piped: TemplateValue?
  ) throws(TemplateStop) -> TemplateValue {
    try step(at: command.offset)
    guard let head = command.operands.first else { return .null }
    switch head.kind {
    case .function(let name):
      return try call(name, command.operands.dropFirst(), dot: dot, piped: piped, at: head.offset)
    case .chain(let start, let fields):
      let receiver = try evaluate(start, dot: dot)
      var arguments = try evaluate(command.operands.dropFirst(), dot: dot)
      if let piped { arguments.append(piped) }
      return try follow(fields, from: receiver, arguments: arguments, at: head.offset)
    default:
      return try evaluate(head, dot: dot)
    }
  }

  private func evaluate(
    _ operands: ArraySlice<TemplateNode.Operand>, dot: TemplateValue
  ) throws(TemplateStop) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for operand in operands { values.append(try evaluate(operand, dot: dot)) }
    return values
  }

  private func evaluate(
    _ operand: TemplateNode.Operand, dot: TemplateValue
  ) throws(TemplateStop) -> TemplateValue {
    switch operand.kind {
    case .dot: return dot
    case .null: return .null
    case .constant(let value): return value
    case .variable(let name): return variable(name)
    case .function(let name):
      return try call(name, [], dot: dot, piped: nil, at: operand.offset)
    case .pipeline(let pipeline):
      try descend(at: operand.offset)
      defer { ascend() }
      return try evaluate(pipeline, dot: dot)
    case .chain(let start, let fields):
      let receiver = try evaluate(start, dot: dot)
      return try follow(fields, from: receiver, arguments: [], at: operand.offset)
    }
  }

  // MARK: - Fields and methods

  /// Follows a chain of fields; the arguments go to the last one.
  private func follow(
    _ fields: [String], from receiver: TemplateValue, arguments: [TemplateValue], at offset: Int
  ) throws(TemplateStop) -> TemplateValue {
    var value = receiver
    for (index, name) in fields.enumerated() {
      let isLast = index == fields.count - 1
      value = try member(name, of: value, arguments: isLast ? arguments : [], at: offset)
    }
    return value
  }

  private func member(
    _ name: String, of value: TemplateValue, arguments: [TemplateValue], at offset: Int
  ) throws(TemplateStop) -> TemplateValue {
    if case .object(let object) = value {
      do {
        if let answer = try object.call(name, arguments) { return answer }
      } catch {
        throw stop(error, in: "error calling \(name)", at: offset)
      }
      if let field = object.field(name) {
        guard arguments.isEmpty else { throw noMethod(name, at: offset) }
        return field
      }
    }
    if let map = value.entries {
      guard arguments.isEmpty else { throw noMethod(name, at: offset) }
      return map[name] ?? map.missingValue
    }
    if case .null = value {
      throw failure("nothing is there to take \".\(name)\" from", at: offset)
    }
    throw failure("can't evaluate field \(name) in type \(value.typeName)", at: offset)
  }

  private func noMethod(_ name: String, at offset: Int) -> TemplateStop {
    failure("\(name) is not a method but has arguments", at: offset)
  }

  // MARK: - Functions

  private func call(
    _ name: String, _ operands: ArraySlice<TemplateNode.Operand>, dot: TemplateValue,
    piped: TemplateValue?, at offset: Int
  ) throws(TemplateStop) -> TemplateValue {
    try step(at: offset)
    guard let function = functions[name] else {
      throw failure("function \"\(name)\" is not defined", at: offset)
    }
    let count = operands.count + (piped == nil ? 0 : 1)
    guard function.arity.contains(count) else {
      throw failure(
        "wrong number of arguments for \(name): want \(function.arity.shown), got \(count)",
        at: offset)
    }
    if name == "and" || name == "or" {
      return try choose(name == "or", operands, dot: dot, piped: piped)
    }
    var arguments = try evaluate(operands, dot: dot)
    if let piped { arguments.append(piped) }
    let result: TemplateValue
    do {
      result = try function.body(TemplateCall(name: name, arguments: arguments, renderer: self))
    } catch {
      throw stop(error, in: "error calling \(name)", at: offset)
    }
    guard (result.text?.utf8.count ?? 0) <= limits.outputBytes else {
      throw failure("\(name) makes a text larger than \(limits.outputBytes) bytes", at: offset)
    }
    return result
  }

  /// `or` returns the first true argument, `and` the first false one, else the last; the rest is
  /// not evaluated.
  private func choose(
    _ wanted: Bool, _ operands: ArraySlice<TemplateNode.Operand>, dot: TemplateValue,
    piped: TemplateValue?
  ) throws(TemplateStop) -> TemplateValue {
    var value = TemplateValue.null
    for operand in operands {
      value = try evaluate(operand, dot: dot)
      if value.isTrue == wanted { return value }
    }
    return piped ?? value
  }
}

extension ClosedRange<Int> {
  /// The number of arguments for messages.
  var shown: String {
    if lowerBound == upperBound { return "\(lowerBound)" }
    return upperBound == .max ? "at least \(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}
