extension RegularExpression {
  /// Expands `$1`, `${1}`, `$name` and `${name}` in a template with the groups of one match, which
  /// `firstCaptures(in:)` returns.
  ///
  /// `$$` is a dollar sign and an unknown group is empty, as in Go's `regexp.Expand`.
  public func expand(_ template: String, captures: [String?]) -> String {
    var result = ""
    var rest = template.utf8[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      result += String(Substring(rest[..<dollar]))
      rest = rest[rest.index(after: dollar)...]
      if rest.first == UInt8(ascii: "$") {
        result += "$"
        rest = rest.dropFirst()
        continue
      }
      guard let (name, after) = Self.groupReference(in: rest) else {
        result += "$"
        continue
      }
      result += text(ofGroup: name, in: captures)
      rest = after
    }
    return result + String(Substring(rest))
  }

  /// Replaces every match by the expanded template.
  ///
  /// An empty match directly after another match is ignored, as in Go's `regexp`.
  public func replacingAll(in text: String, with template: String) -> String {
    let bytes = Array(text.utf8)
    var result = ""
    var copied = 0
    var position = 0
    while position <= bytes.count, let ranges = firstMatch(in: text, from: position),
      let whole = ranges[0]
    {
      if !whole.isEmpty || whole.lowerBound > copied || copied == 0 {
        result += String(decoding: bytes[copied..<whole.lowerBound], as: UTF8.self)
        let captures = ranges.map { $0.map { String(decoding: bytes[$0], as: UTF8.self) } }
        result += expand(template, captures: captures)
        copied = whole.upperBound
      }
      position = whole.isEmpty ? Self.nextCharacter(in: bytes, after: position) : whole.upperBound
    }
    return result + String(decoding: bytes[copied...], as: UTF8.self)
  }

  /// The start of the next whole character, so that a multi-byte one is never split.
  private static func nextCharacter(in bytes: [UInt8], after position: Int) -> Int {
    var next = position + 1
    while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }

  private func text(ofGroup name: String, in captures: [String?]) -> String {
    // A number with a leading zero, or one that is too large, is a name.
    if name == "0" || name.utf8.first != UInt8(ascii: "0"), name.utf8.count < 9,
      let index = Int(name)
    {
      return index < captures.count ? captures[index] ?? "" : ""
    }
    // Of several groups with the same name, the one that matched.
    for (index, known) in groupNames.enumerated() where known == name && index + 1 < captures.count
    {
      if let text = captures[index + 1] { return text }
    }
    return ""
  }

  /// Parses `name` or `{name}` and returns it with the rest of the text; nil if there is no name.
  private static func groupReference(
    in text: Substring.UTF8View
  ) -> (name: String, rest: Substring.UTF8View)? {
    let isBraced = text.first == UInt8(ascii: "{")
    let body = isBraced ? text.dropFirst() : text
    let name = Substring(body).unicodeScalars.prefix { scalar in
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber:
        true
      default: scalar == "_"
      }
    }
    guard !name.isEmpty else { return nil }
    let rest = body[name.endIndex...]
    if isBraced {
      guard rest.first == UInt8(ascii: "}") else { return nil }
      return (String(Substring(name)), rest.dropFirst())
    }
    return (String(Substring(name)), rest)
  }
}
