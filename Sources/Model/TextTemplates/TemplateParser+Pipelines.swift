extension TemplateParser {
  /// Parses commands up to `}}` or `)`, which are not consumed.
  mutating func pipeline(
    offset: Int, isRange: Bool = false, allowsVariables: Bool = true
  ) throws(PlacedFault) -> TemplateNode.Pipeline {
    var names: [String] = []
    var isAssignment = false
    if allowsVariables {
      (names, isAssignment) = try declarations(isRange: isRange)
    }
    var commands: [TemplateNode.Command] = []
    repeat {
      commands.append(try command(isFirst: commands.isEmpty))
    } while takePipe()
    if !isAssignment { variables += names }
    return TemplateNode.Pipeline(
      variables: names, isAssignment: isAssignment, commands: commands, offset: offset)
  }

  /// Parses `$x :=`, `$x =` and, in a range, `$i, $x :=`.
  private mutating func declarations(
    isRange: Bool
  ) throws(PlacedFault) -> (names: [String], isAssignment: Bool) {
    guard case .variable(let first) = peek.kind else { return ([], false) }
    var names = [first]
    let ending: TemplateToken
    if peekSecond.kind == .comma {
      guard isRange, case .variable(let second) = peekThird.kind else {
        throw PlacedFault("too many variables", at: peekSecond.offset)
      }
      names.append(second)
      ending = peekFourth
      guard ending.kind == .declare || ending.kind == .assign else {
        throw PlacedFault("expected \":=\" after the variables of a range", at: ending.offset)
      }
    } else {
      ending = peekSecond
      guard ending.kind == .declare || ending.kind == .assign else { return ([], false) }
    }
    let isAssignment = ending.kind == .assign
    for token in [peek, peekThird] {
      guard isAssignment, case .variable(let name) = token.kind, names.contains(name) else {
        continue
      }
      try checkVariable(name, at: token.offset)
    }
    while next().offset != ending.offset {}
    return (names, isAssignment)
  }

  private mutating func takePipe() -> Bool {
    guard peek.kind == .pipe else { return false }
    _ = next()
    return true
  }

  private mutating func command(isFirst: Bool) throws(PlacedFault) -> TemplateNode.Command {
    let offset = peek.offset
    var operands: [TemplateNode.Operand] = []
    while let operand = try operand(isFirst: operands.isEmpty) { operands.append(operand) }
    guard let head = operands.first else {
      throw PlacedFault("a value is missing before \(peek.shown)", at: offset)
    }
    switch peek.kind {
    case .close, .pipe, .rightParenthesis: break
    default: throw PlacedFault("unexpected \(peek.shown) in an action", at: peek.offset)
    }
    if case .null = head.kind { throw PlacedFault("nil is no value to print", at: head.offset) }
    if !head.takesArguments {
      if operands.count > 1 {
        throw PlacedFault("arguments given to something that is no function", at: head.offset)
      }
      if !isFirst {
        throw PlacedFault("a pipe must lead into a function", at: head.offset)
      }
    }
    return TemplateNode.Command(operands: operands, offset: offset)
  }

  /// Parses one operand with the fields that follow it; `nil` at the end of the command.
  private mutating func operand(isFirst: Bool) throws(PlacedFault) -> TemplateNode.Operand? {
    let token = peek
    guard let kind = try value(token) else { return nil }
    guard isFirst || token.isSpaced else {
      throw PlacedFault("a blank is missing before \(token.shown)", at: token.offset)
    }
    let operand = TemplateNode.Operand(kind: kind, offset: token.offset)
    var fields: [String] = []
    if case .field(let name) = token.kind { fields.append(name) }
    while case .field(let name) = peek.kind, !peek.isSpaced {
      if case .constant = kind {
        throw PlacedFault("unexpected \(peek.shown) after a constant", at: peek.offset)
      }
      if case .function(let function) = kind {
        throw PlacedFault(
          "unexpected \(peek.shown) after \(function); put the call in parentheses",
          at: peek.offset)
      }
      fields.append(name)
      _ = next()
    }
    if fields.isEmpty { return operand }
    return TemplateNode.Operand(kind: .chain(operand, fields), offset: token.offset)
  }

  /// Parses the first token of an operand. A leading field is a chain that starts at the dot.
  private mutating func value(
    _ token: TemplateToken
  ) throws(PlacedFault) -> TemplateNode.Operand.Kind? {
    let kind: TemplateNode.Operand.Kind
    switch token.kind {
    case .dot, .field: kind = .dot
    case .string(let text): kind = .constant(.string(text))
    case .number(.int(let number)): kind = .constant(.int(number))
    case .number(.number(let number)): kind = .constant(.number(number))
    case .variable(let name):
      try checkVariable(name, at: token.offset)
      kind = .variable(name)
    case .word(let word): kind = try named(word, at: token.offset)
    case .leftParenthesis:
      _ = next()
      try deepen(token.offset)
      let inner = try pipeline(offset: token.offset, allowsVariables: false)
      rise()
      guard peek.kind == .rightParenthesis else {
        throw PlacedFault("\")\" is missing", at: token.offset)
      }
      kind = .pipeline(inner)
    default: return nil
    }
    _ = next()
    return kind
  }

  private func named(
    _ word: String, at offset: Int
  ) throws(PlacedFault) -> TemplateNode.Operand.Kind {
    switch word {
    case "nil": return .null
    case "true": return .constant(.bool(true))
    case "false": return .constant(.bool(false))
    case "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue":
      throw PlacedFault("unexpected \"\(word)\" in an action", at: offset)
    default:
      guard functions[word] != nil else {
        let near = functions.nearest(to: word).map { "; did you mean \"\($0)\"?" } ?? ""
        throw PlacedFault("function \"\(word)\" is not defined\(near)", at: offset)
      }
      return .function(word)
    }
  }

  private func checkVariable(_ name: String, at offset: Int) throws(PlacedFault) {
    guard variables.contains(name) else {
      throw PlacedFault("variable \"\(name)\" is not defined", at: offset)
    }
  }
}

extension TemplateNode.Operand {
  /// Whether arguments may follow: after functions, and after fields, which may be methods.
  var takesArguments: Bool {
    switch kind {
    case .function, .chain: true
    default: false
    }
  }
}
