/// A part of a series' text that becomes a label.
struct SeriesPiece {
  /// The range of the label's name; nil if the value is the metric name.
  let name: Range<Int>?
  /// The range of the label's value or the metric name, without quotes, still escaped.
  let value: Range<Int>
}

extension ExpositionParser {
  /// Skips `name`, `name{labels}` or `{"quoted name",labels}`.
  mutating func skipSeries() throws(ExpositionError) {
    pieces.removeAll(keepingCapacity: true)
    hasEscapes = false
    let start = position
    guard position < bytes.count, bytes[position] != .openingBrace else {
      try skipLabels(named: false)
      return
    }
    guard bytes[position].startsName || bytes[position] == .colon else {
      throw failure(expected: "a metric name")
    }
    while position < bytes.count, bytes[position].continuesName || bytes[position] == .colon {
      position += 1
    }
    pieces.append(SeriesPiece(name: nil, value: start..<position))
    let end = position
    skipBlanks()
    if position < bytes.count, bytes[position] == .openingBrace {
      try skipLabels(named: true)
    } else if position > end || position == bytes.count {
      position = end
    } else {
      throw failure(expected: "labels or a blank after the metric name")
    }
  }

  /// Skips labels in braces. Without `named`, one of them must be the quoted metric name.
  mutating func skipLabels(named: Bool) throws(ExpositionError) {
    let start = position
    var isNamed = named
    position += 1
    while true {
      skipBlanks()
      guard position < bytes.count else { throw failure(expected: "a label or }") }
      if bytes[position] == .closingBrace { break }
      try skipLabel(isNamed: &isNamed)
      skipBlanks()
      guard position < bytes.count else { throw failure(expected: ", or }") }
      if bytes[position] == .closingBrace { break }
      guard bytes[position] == .comma else { throw failure(expected: ", or }") }
      position += 1
    }
    guard isNamed else {
      position = start
      throw failure(expected: "a metric name before or within the braces")
    }
    position += 1
  }

  private mutating func skipLabel(isNamed: inout Bool) throws(ExpositionError) {
    let name: Range<Int>
    if bytes[position] == .quote {
      name = try skipQuoted()
      skipBlanks()
      let isLabel = position < bytes.count && bytes[position] == .equals
      guard isLabel || !isNamed, !name.isEmpty else {
        throw failure(expected: name.isEmpty ? "a name that is not empty" : "=")
      }
      guard isLabel else {
        isNamed = true
        pieces.append(SeriesPiece(name: nil, value: name))
        return
      }
    } else {
      guard bytes[position].startsName else { throw failure(expected: "a label name") }
      let start = position
      while position < bytes.count, bytes[position].continuesName { position += 1 }
      name = start..<position
      skipBlanks()
    }
    guard position < bytes.count, bytes[position] == .equals else { throw failure(expected: "=") }
    position += 1
    skipBlanks()
    guard position < bytes.count, bytes[position] == .quote else {
      throw failure(expected: "a label value in double quotes")
    }
    let value = try skipQuoted()
    pieces.append(SeriesPiece(name: name, value: value))
  }

  /// Skips a quoted text and returns the range within the quotes.
  mutating func skipQuoted() throws(ExpositionError) -> Range<Int> {
    let start = position + 1
    var isASCII = true
    position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte == .quote {
        let range = start..<position
        if !isASCII { try checkUTF8(range) }
        position += 1
        return range
      }
      if byte == .backslash {
        hasEscapes = true
        position += 1
        guard position < bytes.count else { break }
      }
      guard bytes[position] != .newline, bytes[position] != 0 else { break }
      isASCII = isASCII && bytes[position] < 0x80
      position += 1
    }
    throw failure(expected: "a closing quote")
  }

  /// Throws if the range is not valid UTF-8; moves the position to its start for the message.
  mutating func checkUTF8(_ range: Range<Int>) throws(ExpositionError) {
    do {
      _ = try UTF8Span(validating: bytes.extracting(range))
    } catch {
      position = range.lowerBound
      throw failure(expected: "valid UTF-8")
    }
  }
}
