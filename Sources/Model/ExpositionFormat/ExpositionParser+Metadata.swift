import MetricModel

extension ExpositionParser {
  /// Parses a line that starts with `#`; returns nil for an ordinary comment.
  mutating func comment() throws(ExpositionError) -> ExpositionEntry? {
    if format == .openMetrics, isEndMark() {
      position += 5
      try endLine()
      noteEnd()
      return nil
    }
    position += 1
    let afterHash = position
    skipBlanks()
    if position > afterHash, let keyword = self.keyword() {
      position += 4
      skipBlanks()
      return try metadata(keyword)
    }
    skipLine()
    return nil
  }

  private enum Keyword { case help, type, unit }

  /// The keyword at the current position, if a blank follows it.
  private func keyword() -> Keyword? {
    guard position + 4 < bytes.count, bytes[position + 4].isBlank else { return nil }
    switch (bytes[position], bytes[position + 1], bytes[position + 2], bytes[position + 3]) {
    case (UInt8(ascii: "H"), UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "P")): return .help
    case (UInt8(ascii: "T"), UInt8(ascii: "Y"), UInt8(ascii: "P"), UInt8(ascii: "E")): return .type
    case (UInt8(ascii: "U"), UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "T")):
      return format == .openMetrics ? .unit : nil
    default: return nil
    }
  }

  private func isEndMark() -> Bool {
    guard position + 5 <= bytes.count else { return false }
    let mark: [5 of UInt8] = [
      UInt8(ascii: "#"), UInt8(ascii: " "), UInt8(ascii: "E"), UInt8(ascii: "O"), UInt8(ascii: "F"),
    ]
    for index in mark.indices where mark[index] != bytes[position + index] { return false }
    return position + 5 == bytes.count || bytes[position + 5] == .newline
  }

  private mutating func metadata(_ keyword: Keyword) throws(ExpositionError) -> ExpositionEntry {
    let name = try familyName()
    let hasBlank = position < bytes.count && bytes[position].isBlank
    guard hasBlank || position == bytes.count || bytes[position] == .newline else {
      throw failure(expected: "a blank after the metric name")
    }
    switch keyword {
    case .help:
      if hasBlank { position += 1 }
      let text = restOfLine()
      try checkUTF8(text)
      position = text.upperBound
      try endLine()
      return .help(name: name, text: text)
    case .type:
      skipBlanks()
      let start = position
      while position < bytes.count, bytes[position].continuesName { position += 1 }
      guard let type = MetricType(word: text(start..<position)) else {
        position = start
        throw failure(expected: "a metric type")
      }
      skipBlanks()
      try endLine()
      return .type(name: name, type)
    case .unit:
      skipBlanks()
      let unit = restOfLine()
      try checkUTF8(unit)
      position = unit.upperBound
      try endLine()
      return .unit(name: name, unit: unit)
    }
  }

  private mutating func familyName() throws(ExpositionError) -> Range<Int> {
    guard position < bytes.count else { throw failure(expected: "a metric name") }
    if bytes[position] == .quote { return try skipQuoted() }
    guard bytes[position].startsName || bytes[position] == .colon else {
      throw failure(expected: "a metric name")
    }
    let start = position
    while position < bytes.count, bytes[position].continuesName || bytes[position] == .colon {
      position += 1
    }
    return start..<position
  }

  private func restOfLine() -> Range<Int> {
    var end = position
    while end < bytes.count, bytes[end] != .newline { end += 1 }
    return position..<end
  }

  private mutating func skipLine() {
    position = restOfLine().upperBound
    if position < bytes.count { position += 1 }
  }

  /// The text of a range, for words that are compared or shown.
  func text(_ range: Range<Int>) -> String {
    ParsedLabels.text(bytes.extracting(range))
  }
}
