/// A node of the syntax tree of a template.
indirect enum TemplateNode: Sendable {
  /// Literal text.
  case text(String)
  /// `{{ pipeline }}`
  case action(Pipeline)
  /// `{{ if }}`
  case conditional(Branch)
  /// `{{ with }}`
  case with(Branch)
  /// `{{ range }}`
  case range(Branch)
  /// `{{ template "name" pipeline }}`
  case call(name: String, argument: Pipeline?, offset: Int)
  /// `{{ break }}`
  case breakLoop
  /// `{{ continue }}`
  case continueLoop

  /// A block with a condition or list, and the alternative for when that is empty.
  struct Branch: Sendable {
    let pipeline: Pipeline
    let body: [TemplateNode]
    let otherwise: [TemplateNode]
  }

  /// Commands, each of which takes the result of the previous one as its last argument.
  struct Pipeline: Sendable {
    /// The variables that take the result: `$x := `, or `$i, $x := ` in a range.
    let variables: [String]
    /// Whether the variables exist already (`=` instead of `:=`).
    let isAssignment: Bool
    let commands: [Command]
    let offset: Int
  }

  /// A value, or a function or method with its arguments.
  struct Command: Sendable {
    let operands: [Operand]
    let offset: Int
  }

  /// One operand of a command.
  struct Operand: Sendable {
    let kind: Kind
    let offset: Int

    indirect enum Kind: Sendable {
      case dot
      case null
      case constant(TemplateValue)
      case function(String)
      /// `$x`
      case variable(String)
      /// `( pipeline )`
      case pipeline(Pipeline)
      /// A value followed by fields: `.a.b`, `$x.a`, `(f x).a`.
      case chain(Operand, [String])
    }
  }
}

/// A named template, from `define`, `block` or a whole text.
struct TemplateDefinition: Sendable {
  let name: String
  let source: TemplateSource
  let body: [TemplateNode]

  /// Whether it has only white space; such a definition does not replace another one.
  var isEmpty: Bool {
    body.allSatisfy {
      if case .text(let text) = $0 { return text.utf8.allSatisfy { TemplateLexer.isSpace($0) } }
      return false
    }
  }
}
