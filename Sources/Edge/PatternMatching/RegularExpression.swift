private import CRE2

/// A regular expression in Go's syntax, which Prometheus documents, matched in linear time by RE2.
///
/// All patterns from users (matchers, relabelling, templates, collector filters) use this type;
/// Swift's own `Regex` backtracks. It is immutable and may be used from any thread.
@safe public final class RegularExpression: Sendable {
  /// Which part of a text a pattern must match.
  public enum Anchoring: Sendable {
    /// The pattern must match the whole text, as Prometheus' label matchers do.
    case whole
    /// The pattern must match the whole text, but need not be valid by itself: relabelling and
    /// `label_replace` put it between `^(?:` and `)$`, so that `a)|(b` is valid and a `\Q` without
    /// its `\E` is not.
    case framed
    /// The pattern may match anywhere.
    case anywhere
  }

  /// The original pattern.
  public let pattern: String
  /// The number of capturing groups, not counting the whole match.
  public let groupCount: Int
  /// The names of the groups in order; nil for a group without a name.
  public let groupNames: [String?]

  private let anchoring: Anchoring
  private nonisolated(unsafe) let raw: OpaquePointer

  /// The memory that RE2 may use for one expression, in bytes; a pattern that needs more is
  /// refused.
  public static let memoryLimit = 8 << 20

  /// Compiles a pattern.
  ///
  /// `dotMatchesNewline` is true for label matchers: Prometheus compiles them with `(?s)`.
  ///
  /// - Throws: ``PatternError`` with RE2's message if the pattern is invalid.
  public init(
    _ pattern: String, anchoring: Anchoring = .whole, dotMatchesNewline: Bool = true
  ) throws(PatternError) {
    let frame = dotMatchesNewline ? "^(?s:" : "^(?:"
    let translation = PatternTranslation(anchoring == .framed ? "\(frame)\(pattern))$" : pattern)
    let compiled = unsafe translation.text.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        unsafe tocsin_re2_new(
          characters.baseAddress, characters.count, dotMatchesNewline, Int64(Self.memoryLimit))
      }
    }
    guard let compiled = unsafe compiled else {
      throw PatternError(pattern: pattern, reason: "out of memory")
    }
    if let message = unsafe tocsin_re2_error(compiled) {
      let reason = unsafe String(cString: message)
      unsafe tocsin_re2_free(compiled)
      throw PatternError(pattern: pattern, reason: translation.reason(reason))
    }
    self.pattern = pattern
    self.anchoring = anchoring
    groupNames = translation.groupNames
    groupCount = groupNames.count
    unsafe raw = compiled
  }

  deinit {
    unsafe tocsin_re2_free(raw)
  }

  /// Whether the text matches.
  ///
  /// - Complexity: O(text.utf8.count), no allocation for native strings.
  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in unsafe search(bytes, from: 0, into: nil) }
  }

  /// Whether the bytes match.
  ///
  /// - Complexity: O(bytes.count), no allocation.
  public func matches(_ bytes: Span<UInt8>) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { bytes in unsafe search(bytes, from: 0, into: nil) }
  }

  /// The first match, as byte ranges of `text.utf8`, or nil if there is none.
  ///
  /// Element 0 is the whole match, followed by the groups; a group that did not take part is nil.
  public func firstMatch(in text: String, from start: Int = 0) -> [Range<Int>?]? {
    var text = text
    return text.withUTF8 { bytes in unsafe captures(in: bytes, from: start) }
  }

  /// The texts of the first match, or nil if there is none.
  ///
  /// Element 0 is the whole match, followed by the groups; a group that did not take part is nil.
  public func firstCaptures(in text: String) -> [String?]? {
    var text = text
    return text.withUTF8 { bytes in
      unsafe captures(in: bytes, from: 0)?.map { range in
        range.map {
          unsafe String(decoding: UnsafeBufferPointer(rebasing: bytes[$0]), as: UTF8.self)
        }
      }
    }
  }

  private func captures(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> [Range<Int>?]? {
    unsafe withUnsafeTemporaryAllocation(of: tocsin_re2_span.self, capacity: groupCount + 1) {
      spans in
      unsafe spans.initialize(repeating: tocsin_re2_span(start: -1, length: 0))
      guard unsafe search(bytes, from: start, into: spans) else { return nil }
      return unsafe spans.map { span in
        span.start < 0 ? nil : span.start..<(span.start + span.length)
      }
    }
  }

  private func search(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int,
    into spans: UnsafeMutableBufferPointer<tocsin_re2_span>?
  ) -> Bool {
    unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
      // RE2 reports "no such group" as a null pointer, so an empty text must have an address.
      unsafe withUnsafePointer(to: 0 as CChar) { empty in
        unsafe tocsin_re2_match(
          raw, characters.baseAddress ?? empty, characters.count, start, anchoring == .whole,
          spans?.baseAddress, Int32(spans?.count ?? 0))
      }
    }
  }
}

/// A pattern that RE2 refuses.
public struct PatternError: Error, Equatable, CustomStringConvertible {
  /// The pattern as it was given.
  public let pattern: String
  /// RE2's message.
  public let reason: String

  public var description: String { "invalid regular expression \"\(pattern)\": \(reason)" }
}
