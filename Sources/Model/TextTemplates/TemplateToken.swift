import MetricModel

/// The words of a template.
struct TemplateToken {
  enum Kind: Equatable {
    /// Text outside of actions.
    case text(String)
    /// `{{`
    case open
    /// `}}`
    case close
    /// A function, or one of the words that build blocks.
    case word(String)
    /// `.name`
    case field(String)
    /// `$` or `$name`
    case variable(String)
    /// `.`
    case dot
    /// A quoted or raw string, unquoted.
    case string(String)
    /// A number or a character.
    case number(NumberLiteral)
    case leftParenthesis, rightParenthesis, pipe, comma
    /// `:=`
    case declare
    /// `=`
    case assign
    case end
  }

  let kind: Kind
  /// Where the word begins, in bytes.
  let offset: Int
  /// Whether white space stands before it.
  let isSpaced: Bool

  /// The word for messages.
  var shown: String {
    switch kind {
    case .text: "text"
    case .open: "{{"
    case .close: "}}"
    case .word(let word): "\"\(word)\""
    case .field(let name): "\".\(name)\""
    case .variable(let name): "\"\(name)\""
    case .dot: "\".\""
    case .string(let text): GoQuoting.quoted(text)
    case .number: "a number"
    case .leftParenthesis: "\"(\""
    case .rightParenthesis: "\")\""
    case .pipe: "\"|\""
    case .comma: "\",\""
    case .declare: "\":=\""
    case .assign: "\"=\""
    case .end: "the end of the template"
    }
  }
}

/// A number in a template: whole where Go's constant would be whole.
enum NumberLiteral: Equatable {
  case int(Int)
  case number(Double)
}
