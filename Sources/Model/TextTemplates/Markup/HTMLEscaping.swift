import Codecs

/// Escapes values for the position in the markup where they are written (as Go's `html/template`).
enum HTMLEscaping {
  /// Written in place of a value that would be unsafe.
  static let refused = "ZtocsinZ"

  static func escaped(
    _ value: TemplateValue, in context: inout HTMLContext
  ) throws(TemplateFault) -> String {
    context.beginUnquotedValue()
    switch context.state {
    case .text:
      if case .html(let markup) = value { return markup }
      return text(value.printed)
    case .comment: return ""
    case .raw(element: "title"), .raw(element: "textarea"): return text(value.printed)
    case .raw(element: "style"): return style(value.printed)
    case .raw, .elementName:
      throw TemplateFault("a value cannot be written inside a script or the name of an element")
    case .tag, .beforeValue: return name(value.printed)
    case .value(let quote):
      let isFirst = !context.isValueStarted
      context.isValueStarted = true
      return try attribute(value, in: context, quote: quote, isFirst: isFirst)
    }
  }

  private static func attribute(
    _ value: TemplateValue, in context: HTMLContext, quote: UInt8, isFirst: Bool
  ) throws(TemplateFault) -> String {
    let content: String
    switch context.meaning {
    case .plain: content = value.printed
    case .style: content = style(value.printed)
    case .url: content = url(value, isFirst: isFirst, isInQuery: context.isInQuery)
    case .script: throw TemplateFault("a value cannot be written inside a script")
    }
    return text(content, escapesSpace: quote == 0)
  }

  /// Escapes the characters with a meaning in HTML.
  static func text(_ text: String, escapesSpace: Bool = false) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&#34;"
      case "'": result += "&#39;"
      case "+": result += "&#43;"
      case "\0": result += "\u{FFFD}"
      case " ", "\t", "\n", "\r", "=", "`":
        if escapesSpace {
          result += "&#\(scalar.value);"
        } else {
          result.unicodeScalars.append(scalar)
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A value in a URL. At its start, schemes other than http, https and mailto are refused.
  /// Characters that URLs cannot hold are percent-encoded; in a query that the template began,
  /// reserved characters are, too.
  private static func url(_ value: TemplateValue, isFirst: Bool, isInQuery: Bool) -> String {
    let text = value.printed
    if isFirst, !isHarmless(value, text) { return "#" + refused }
    let allowed = isInQuery ? "%+" : "!#$&*+,/:;=?@[]%"
    return PercentEncoding.encode(text) { byte in
      PercentEncoding.isUnreserved(byte) || allowed.utf8.contains(byte)
    }
  }

  private static func isHarmless(_ value: TemplateValue, _ text: String) -> Bool {
    if case .url = value { return true }
    guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") else { return true }
    return ["http", "https", "mailto"].contains(text[..<colon].lowercased())
  }

  /// A value in a style: only colours, sizes and words are allowed.
  private static func style(_ text: String) -> String {
    let isHarmless = text.utf8.allSatisfy { byte in
      PercentEncoding.isUnreserved(byte) || " #%,".utf8.contains(byte)
    }
    return isHarmless && !text.lowercased().contains("expression") ? text : refused
  }

  /// A value as the name of an attribute: only letters and digits are allowed.
  private static func name(_ text: String) -> String {
    let name = text.lowercased()
    let isHarmless =
      !name.isEmpty && name.utf8.allSatisfy { TemplateLexer.isNameByte($0) && $0 < 0x80 }
      && !name.hasPrefix("on") && !["style", "href", "src", "srcdoc"].contains(name)
    return isHarmless ? text : refused
  }
}
