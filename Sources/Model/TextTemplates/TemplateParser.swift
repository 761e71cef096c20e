import Codecs
import MetricModel

/// Builds the syntax tree of a template, and reports what is wrong without running it: unknown
/// functions, undefined variables, unclosed blocks.
struct TemplateParser {
  let source: TemplateSource
  let functions: TemplateFunctions
  let limits: TemplateLimits
  var definitions: [TemplateDefinition] = []
  /// The variables in scope.
  var variables: [String]

  private var tokens: [TemplateToken]
  private var index = 0
  private var depth = 0
  private var loops = 0
  /// The offset of the `end` or `else` that closed the last list.
  private var endingOffset = 0

  /// The token that closes a list of nodes.
  private enum Ending {
    case end
    case otherwise
    case text
  }

  init(
    _ source: TemplateSource, functions: TemplateFunctions, variables: [String],
    limits: TemplateLimits
  ) throws(PlacedFault) {
    guard source.text.utf8.count <= limits.sourceBytes else {
      throw PlacedFault("larger than the limit of \(limits.sourceBytes) bytes", at: 0)
    }
    self.source = source
    self.functions = functions
    self.limits = limits
    self.variables = ["$"] + variables
    tokens = try TemplateLexer.tokens(of: source.text)
  }

  /// Parses the text; the templates that it defines are in `definitions` afterwards.
  mutating func parse() throws(PlacedFault) -> [TemplateNode] {
    let (nodes, ending) = try list(isTop: true)
    switch ending {
    case .text: return nodes
    case .end: throw PlacedFault("unexpected {{end}}: no block is open", at: endingOffset)
    case .otherwise: throw PlacedFault("unexpected {{else}}: no block is open", at: endingOffset)
    }
  }

  private mutating func list(
    isTop: Bool = false
  ) throws(PlacedFault) -> (nodes: [TemplateNode], ending: Ending) {
    var nodes: [TemplateNode] = []
    while true {
      let token = next()
      switch token.kind {
      case .text(let text): nodes.append(.text(text))
      case .end: return (nodes, .text)
      default:
        guard case .word(let word) = peek.kind else {
          nodes.append(try action(token.offset))
          continue
        }
        switch word {
        case "end":
          endingOffset = token.offset
          index += 1
          try close("end")
          return (nodes, .end)
        case "else":
          endingOffset = token.offset
          index += 1
          return (nodes, .otherwise)
        case "define":
          guard isTop else {
            throw PlacedFault("unexpected {{define}} inside a block", at: token.offset)
          }
          try define(token.offset)
        default: nodes.append(try statement(word, offset: token.offset))
        }
      }
    }
  }

  private mutating func statement(
    _ word: String, offset: Int
  ) throws(PlacedFault) -> TemplateNode {
    switch word {
    case "if", "with", "range":
      index += 1
      return try block(word, offset: offset)
    case "block": return try namedBlock(offset)
    case "template": return try templateCall(offset)
    case "break", "continue":
      index += 1
      guard loops > 0 else {
        throw PlacedFault("{{\(word)}} outside of {{range}}", at: offset)
      }
      try close(word)
      return word == "break" ? .breakLoop : .continueLoop
    default: return try action(offset)
    }
  }

  private mutating func action(_ offset: Int) throws(PlacedFault) -> TemplateNode {
    let pipeline = try pipeline(offset: offset)
    try close("the action")
    return .action(pipeline)
  }
}

// MARK: - Blocks

extension TemplateParser {
  /// Parses `if`, `with` or `range` from after the keyword to their `end`.
  private mutating func block(_ word: String, offset: Int) throws(PlacedFault) -> TemplateNode {
    try deepen(offset)
    let scope = variables.count
    let pipeline = try pipeline(offset: offset, isRange: word == "range")
    try close(word)
    if word == "range" { loops += 1 }
    let (body, ending) = try list()
    if word == "range" { loops -= 1 }
    variables.removeSubrange(scope...)
    var otherwise: [TemplateNode] = []
    switch ending {
    case .end: break
    case .text: throw PlacedFault("{{\(word)}} has no {{end}}", at: offset)
    case .otherwise: otherwise = try alternative(of: word, offset: offset)
    }
    depth -= 1
    let branch = TemplateNode.Branch(pipeline: pipeline, body: body, otherwise: otherwise)
    switch word {
    case "if": return .conditional(branch)
    case "with": return .with(branch)
    default: return .range(branch)
    }
  }

  /// Parses what follows `else`: a list up to `end`, or a chained `if` or `with` that shares the
  /// `end`.
  private mutating func alternative(
    of word: String, offset: Int
  ) throws(PlacedFault) -> [TemplateNode] {
    if case .word(let chained) = peek.kind, chained == word, word != "range" {
      let place = peek.offset
      index += 1
      return [try block(chained, offset: place)]
    }
    try close("else")
    let scope = variables.count
    let (nodes, ending) = try list()
    variables.removeSubrange(scope...)
    switch ending {
    case .end: return nodes
    case .otherwise: throw PlacedFault("{{\(word)}} has two {{else}}", at: endingOffset)
    case .text: throw PlacedFault("{{\(word)}} has no {{end}}", at: offset)
    }
  }

  private mutating func define(_ offset: Int) throws(PlacedFault) {
    let name = try templateName(of: "define")
    try close("define")
    try defineBody(name, word: "define", offset: offset)
  }

  private mutating func namedBlock(_ offset: Int) throws(PlacedFault) -> TemplateNode {
    let name = try templateName(of: "block")
    let argument = try pipeline(offset: offset)
    try close("block")
    try deepen(offset)
    try defineBody(name, word: "block", offset: offset)
    depth -= 1
    return .call(name: name, argument: argument, offset: offset)
  }

  private mutating func defineBody(
    _ name: String, word: String, offset: Int
  ) throws(PlacedFault) {
    let outside = (variables, loops)
    variables = ["$"]
    loops = 0
    let (body, ending) = try list()
    guard ending == .end else {
      throw PlacedFault("{{\(word) \(GoQuoting.quoted(name))}} has no {{end}}", at: offset)
    }
    (variables, loops) = outside
    definitions.append(TemplateDefinition(name: name, source: source, body: body))
  }

  private mutating func templateCall(_ offset: Int) throws(PlacedFault) -> TemplateNode {
    let name = try templateName(of: "template")
    var argument: TemplateNode.Pipeline?
    if peek.kind != .close { argument = try pipeline(offset: offset) }
    try close("template")
    return .call(name: name, argument: argument, offset: offset)
  }

  private mutating func templateName(of word: String) throws(PlacedFault) -> String {
    index += 1
    let token = next()
    guard case .string(let name) = token.kind else {
      throw PlacedFault(
        "{{\(word)}} needs the name of a template in quotes, not \(token.shown)",
        at: token.offset)
    }
    return name
  }
}

// MARK: - Words

extension TemplateParser {
  var peek: TemplateToken { tokens[index] }

  mutating func next() -> TemplateToken {
    let token = tokens[index]
    if index < tokens.count - 1 { index += 1 }
    return token
  }

  mutating func close(_ what: String) throws(PlacedFault) {
    let token = next()
    guard token.kind == .close else {
      throw PlacedFault("unexpected \(token.shown) in \(what)", at: token.offset)
    }
  }

  mutating func deepen(_ offset: Int) throws(PlacedFault) {
    depth += 1
    guard depth <= limits.depth else {
      throw PlacedFault("nested deeper than \(limits.depth) levels", at: offset)
    }
  }

  mutating func rise() { depth -= 1 }

  /// The second token from here.
  var peekSecond: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }
  /// The third token from here.
  var peekThird: TemplateToken { tokens[min(index + 2, tokens.count - 1)] }
  /// The fourth token from here.
  var peekFourth: TemplateToken { tokens[min(index + 3, tokens.count - 1)] }
}
