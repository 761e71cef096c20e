package import MetricModel

/// Reads matchers as they are written in `matchers:`, in API filters and in amtool's arguments, as
/// Alertmanager 0.34 does.
package struct MatcherParser: Sendable {
  /// Which grammars are tried.
  package enum Mode: Sendable {
    /// The UTF-8 grammar; if it fails, or reads something else than the classic one does, the
    /// classic one.
    case fallback
    /// Only the UTF-8 grammar.
    case utf8Strict
    /// Only the classic grammar.
    case classic
  }

  /// Which grammars are tried.
  package let mode: Mode

  /// A parser; Alertmanager's default is the fallback.
  package init(_ mode: Mode = .fallback) { self.mode = mode }

  /// Reads one matcher or a list of them: `a="b"`, `a="b",c!~"d|e"`, `{a="b"}`.
  ///
  /// - Throws: where and why no grammar can read the text.
  package func parse(_ text: String) throws(MatcherSyntaxError) -> ParsedMatchers {
    switch mode {
    case .utf8Strict: return ParsedMatchers(try UTF8MatcherGrammar.parse(text))
    case .classic: return ParsedMatchers(try ClassicMatcherGrammar.parse(text))
    case .fallback: return try parseWithFallback(text)
    }
  }

  private func parseWithFallback(_ text: String) throws(MatcherSyntaxError) -> ParsedMatchers {
    let classic = try? ClassicMatcherGrammar.parse(text)
    do {
      let matchers = try UTF8MatcherGrammar.parse(text)
      guard let classic, classic != matchers else { return ParsedMatchers(matchers) }
      return ParsedMatchers(
        classic,
        warning: "matchers \(text) mean different things in the classic and the UTF-8 grammar; "
          + "the classic reading \(Self.list(classic)) is used; quote the value to be clear")
    } catch {
      guard let classic else { throw error }
      return ParsedMatchers(
        classic,
        warning: "matchers \(text) are only read by the classic grammar (\(error.reason)); "
          + "write \(Self.list(classic))")
    }
  }

  private static func list(_ matchers: [LabelMatcher]) -> String {
    matchers.map(\.description).joined(separator: ",")
  }
}

/// Matchers that were read.
package struct ParsedMatchers: Sendable, Equatable {
  /// All of them must match.
  package let matchers: [LabelMatcher]
  /// A warning for the user if only the classic grammar could read the text, or read something
  /// else.
  package let warning: String?

  init(_ matchers: [LabelMatcher], warning: String? = nil) {
    self.matchers = matchers
    self.warning = warning
  }
}

/// A matcher text that cannot be read.
package struct MatcherSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole text.
  package let text: String
  /// The place of the error, in bytes from the start.
  package let offset: Int
  /// What is wrong, and what was expected.
  package let reason: String

  /// The text and what is wrong with it.
  package var description: String { "bad matcher \(text): \(reason)" }
}
