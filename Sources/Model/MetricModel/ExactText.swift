/// A text that is told from all others by its bytes, as names and values of labels are in Prometheus.
///
/// Two strings are equal already if they look the same: é as one code point, and as an e with an accent behind it.
public struct ExactText: Hashable, Sendable {
  /// The text.
  public let string: String

  public init(_ string: String) { self.string = string }

  public static func == (left: ExactText, right: ExactText) -> Bool {
    left.string.isExactly(right.string)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(Labels.digest(of: string.utf8Span.span))
  }
}

extension ExactText: Comparable {
  /// The order of bytes, in which Prometheus sorts.
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
    // As ASCII there is one way to write a text, and then the comparison of strings is that of bytes.
    if left.isKnownASCII, right.isKnownASCII { return self == other }
    return Labels.order(left.span, right.span) == .same
  }
}
