import PatternMatching

/// The string functions that rule and notification templates share.
enum TextFunctions {
  static let all: [String: TemplateFunction] = [
    "toUpper": text { $0.uppercased() },
    "toLower": text { $0.lowercased() },
    "safeHtml": TemplateFunction(1) { call throws(TemplateFault) in .html(try call.string(0)) },
    "match": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try pattern(try call.string(0)).matches(try call.string(1)))
    },
    "reReplaceAll": TemplateFunction(3) { call throws(TemplateFault) in
      let expression = try pattern(try call.string(0))
      return .string(
        expression.replacingAll(in: try call.string(2), with: try call.string(1)))
    },
    "humanizeDuration": number { .string(Humanizing.duration($0)) },
  ]

  /// A function from string to string.
  static func text(_ body: @escaping @Sendable (String) -> String) -> TemplateFunction {
    TemplateFunction(1) { call throws(TemplateFault) in .string(body(try call.string(0))) }
  }

  /// A function of a number, which may be given as a number, a string or a duration.
  static func number(
    _ body: @escaping @Sendable (Double) throws(TemplateFault) -> TemplateValue
  ) -> TemplateFunction {
    TemplateFunction(1) { call throws(TemplateFault) in
      try body(try Humanizing.number(from: call[0]))
    }
  }

  private static func pattern(_ text: String) throws(TemplateFault) -> RegularExpression {
    do {
      return try RegularExpression(text, anchoring: .anywhere, dotMatchesNewline: false)
    } catch {
      throw TemplateFault(error.description)
    }
  }

  /// Every word with an upper-case first letter, the rest unchanged.
  static func titled(_ text: String) -> String {
    var result = ""
    var isStart = true
    for character in text {
      result += isStart ? character.uppercased() : String(character)
      isStart = !isWordCharacter(character)
    }
    return result
  }

  /// Every word with an upper-case first letter and lower-case letters after it.
  static func capitalized(_ text: String) -> String {
    var result = ""
    var isStart = true
    for character in text {
      result += isStart ? character.uppercased() : character.lowercased()
      isStart = !(isWordCharacter(character) || (character == "'" && !isStart))
    }
    return result
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
      || (!character.isASCII && !character.isWhitespace)
  }
}
