import Codecs
import MetricModel

/// A token of a template.
struct TemplateToken {
  enum Kind: Equatable {
    /// Text outside actions.
    case text(String)
    /// `{{`
    case open
    /// `}}`
    case close
    /// A function or a keyword.
    case word(String)
    /// `.name`
    case field(String)
    /// `$` or `$name`
    case variable(String)
    /// `.`
    case dot
    /// A quoted or raw string, with its escapes resolved.
    case string(String)
    /// A number or a character constant.
    case number(NumberLiteral)
    case leftParenthesis, rightParenthesis, pipe, comma
    /// `:=`
    case declare
    /// `=`
    case assign
    case end
  }

  let kind: Kind
  /// The byte offset of the token.
  let offset: Int
  /// Whether white space precedes it.
  let isSpaced: Bool

  /// The token for messages.
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

/// A number constant, typed as Go types it.
enum NumberLiteral: Equatable {
  case int(Int)
  case number(Double)
}
