/// A text that is compared by its bytes, as Prometheus compares label names and values.
///
/// Swift's strings are equal if they are canonically equivalent: é as one code point, and as an e
/// with a combining accent.
public struct ExactText: Hashable, Sendable {
  /// The text.
  public let string: String

  /// Wraps a text.
  public init(_ string: String) { self.string = string }

  public static func == (left: ExactText, right: ExactText) -> Bool {
    left.string.isExactly(right.string)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(Labels.digest(of: string.utf8Span.span))
  }
}

extension ExactText: Comparable {
  /// Compares by bytes, which is the order in which Prometheus sorts.
  public static func < (left: ExactText, right: ExactText) -> Bool {
    Labels.order(left.string.utf8Span.span, right.string.utf8Span.span) == .before
  }
}

extension String {
  /// Whether another text has the same bytes.
  ///
  /// - Complexity: O(bytes), or O(1) if both are short.
  public func isExactly(_ other: String) -> Bool {
    let (left, right) = (utf8Span, other.utf8Span)
    // An ASCII text has only one form, so that comparing strings compares bytes.
    if left.isKnownASCII, right.isKnownASCII { return self == other }
    return Labels.order(left.span, right.span) == .same
  }
}
