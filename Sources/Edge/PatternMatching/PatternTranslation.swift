/// Translates a pattern in Go's syntax, which users of Prometheus write, into RE2's.
///
/// Debian's RE2 lacks `(?<name>...)`, rejects repeated group names, and accepts `\C`, which Go
/// refuses. Invalid parts are left invalid, so that RE2 reports the first error of a pattern;
/// `reason` expresses it in terms of the original pattern.
///
/// Source: the documentation of Go's `regexp/syntax`, compared with Go on about 30,000 patterns.
struct PatternTranslation {
  /// The pattern for RE2.
  private(set) var text: [UInt8] = []
  /// The names of the capturing groups in order; nil for a group without a name.
  private(set) var groupNames: [String?] = []

  private let source: [UInt8]
  private var position = 0
  /// The first group whose name Go does not accept, as it was written.
  private var faultyGroup: String?

  /// Replaces the C of `\C`: a character that RE2 refuses after a backslash and that no pattern
  /// escapes.
  private static let refused = "\u{10FFFE}"

  /// Translates a pattern.
  ///
  /// - Complexity: O(pattern.utf8.count).
  init(_ pattern: String) {
    source = Array(pattern.utf8)
    // Most patterns are the same in both syntaxes.
    guard source.contains(where: { #"\[("#.utf8.contains($0) }) else {
      text = source
      return
    }
    text.reserveCapacity(source.count)
    while position < source.count { translateNext() }
  }

  /// Converts RE2's error about the translated pattern to one about the original.
  func reason(_ reason: String) -> String {
    if let faultyGroup, reason.hasPrefix("invalid named capture group") {
      return "invalid named capture group: \(faultyGroup)"
    }
    let translated = String(decoding: text, as: UTF8.self)
    if reason.hasSuffix(translated) {
      return reason.dropLast(translated.count) + String(decoding: source, as: UTF8.self)
    }
    guard reason.hasSuffix("\\" + Self.refused) else { return reason }
    return reason.dropLast() + "C"
  }

  private mutating func translateNext() {
    switch source[position] {
    case UInt8(ascii: "\\"): translateEscape()
    case UInt8(ascii: "["): copyClass()
    case UInt8(ascii: "("): translateGroup()
    default: copy(1)
    }
  }

  private mutating func translateEscape() {
    if hasPrefix(#"\Q"#) {
      let end = (position..<source.count).first { hasPrefix(#"\E"#, at: $0) }
      copy(end.map { $0 + 2 - position } ?? source.count)
    } else if hasPrefix(#"\C"#) {
      replace(2, by: "\\" + Self.refused)
    } else if hasPrefix(#"\p{LC}"#) {
      replace(6, by: #"[\p{Lu}\p{Ll}\p{Lt}]"#)
    } else if hasPrefix(#"\P{LC}"#) {
      replace(6, by: #"[^\p{Lu}\p{Ll}\p{Lt}]"#)
    } else if hasPrefix(#"\p{Cn}"#) {
      replace(6, by: #"[^\pL\pM\pN\pP\pS\pZ\pC]"#)
    } else if hasPrefix(#"\P{Cn}"#) {
      replace(6, by: #"[\pL\pM\pN\pP\pS\pZ\pC]"#)
    } else {
      copy(2)
    }
  }

  /// Copies a character class, which contains no groups.
  private mutating func copyClass() {
    copy(hasPrefix("[^") ? 2 : 1)
    var isFirst = true
    while position < source.count, isFirst || source[position] != UInt8(ascii: "]") {
      isFirst = false
      copyClassElement()
    }
    copy(1)
  }

  private mutating func copyClassElement() {
    if hasPrefix("[:"),
      let end = (position + 2..<source.count).first(where: { hasPrefix(":]", at: $0) })
    {
      return copy(end + 2 - position)
    }
    if source[position] == UInt8(ascii: "\\"), position + 1 < source.count,
      #"pPdDsSwW"#.utf8.contains(source[position + 1])
    {
      if hasPrefix(#"\p{LC}"#) { return replace(6, by: #"\p{Lu}\p{Ll}\p{Lt}"#) }
      return copy(2)
    }
    copyClassCharacter()
    // A range; a hyphen before the closing bracket is a literal.
    guard hasPrefix("-"), position + 1 < source.count, source[position + 1] != UInt8(ascii: "]")
    else { return }
    copy(1)
    copyClassCharacter()
  }

  private mutating func copyClassCharacter() { copy(hasPrefix("\\") ? 2 : 1) }

  private mutating func translateGroup() {
    guard hasPrefix("(?") else {
      groupNames.append(nil)
      return copy(1)
    }
    let left = source.count - position
    let start: Int
    if hasPrefix("(?P<"), left > 4 {
      start = position + 4
    } else if hasPrefix("(?<"), left > 3 {
      start = position + 3
    } else {
      return copy(2)
    }
    let end = (start..<source.count).first { source[$0] == UInt8(ascii: ">") }
    let name = source[start..<(end ?? start)]
    guard let end, !name.isEmpty, name.allSatisfy(Self.isWord) else {
      let faulty = source[position..<(end.map { $0 + 1 } ?? source.count)]
      if faultyGroup == nil { faultyGroup = String(decoding: faulty, as: UTF8.self) }
      return replace(faulty.count, by: "(?P<>")
    }
    groupNames.append(String(decoding: name, as: UTF8.self))
    // RE2 rejects repeated names, so groups get generated ones.
    replace(end + 1 - position, by: "(?P<g\(groupNames.count)>")
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private func hasPrefix(_ prefix: StaticString, at place: Int? = nil) -> Bool {
    let place = place ?? position
    let count = prefix.utf8CodeUnitCount
    guard place + count <= source.count else { return false }
    return (0..<count).allSatisfy { unsafe source[place + $0] == prefix.utf8Start[$0] }
  }

  private mutating func copy(_ count: Int) {
    let end = min(position + count, source.count)
    text += source[position..<end]
    position = end
  }

  private mutating func replace(_ count: Int, by other: String) {
    text += other.utf8
    position += count
  }
}
