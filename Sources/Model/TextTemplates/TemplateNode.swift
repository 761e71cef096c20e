/// A parsed piece of a template.
indirect enum TemplateNode: Sendable {
  /// Text as it is.
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

  /// A block with a condition or a list, and what stands in its place when that is empty.
  struct Branch: Sendable {
    let pipeline: Pipeline
    let body: [TemplateNode]
    let otherwise: [TemplateNode]
  }

  /// Commands, each of which gets the answer of the one before as its last argument.
  struct Pipeline: Sendable {
    /// Variables that get the result: `$x := `, or `$i, $x := ` in a range.
    let variables: [String]
    /// Whether the variables exist already (`=`).
    let isAssignment: Bool
    let commands: [Command]
    let offset: Int
  }

  /// A value, or a function or method with its arguments.
  struct Command: Sendable {
    let operands: [Operand]
    let offset: Int
  }

  /// One word of a command.
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
      /// A value and the fields that follow it: `.a.b`, `$x.a`, `(f x).a`.
      case chain(Operand, [String])
    }
  }
}

/// A template with a name, from `define`, `block` or a whole text.
struct TemplateDefinition: Sendable {
  let name: String
  let source: TemplateSource
  let body: [TemplateNode]

  /// Whether it has nothing but white space: such a definition does not replace another one.
  var isEmpty: Bool {
    body.allSatisfy {
      if case .text(let text) = $0 { return text.utf8.allSatisfy { TemplateLexer.isSpace($0) } }
      return false
    }
  }
}
