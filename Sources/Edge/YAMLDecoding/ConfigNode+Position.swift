extension ConfigNode {
  /// The position of a byte in the text of a scalar, such as the start of an error in an
  /// expression.
  ///
  /// It is exact for plain scalars, literal blocks, and quoted scalars without escapes; in folded
  /// blocks as long as lines are not indented further. It is always within the lines of the value.
  package func position(ofByte offset: Int) -> ConfigPosition {
    guard case .scalar(let text, let style) = kind else { return position }
    let head = String(decoding: text.utf8.prefix(max(offset, 0)), as: UTF8.self)
    switch style {
    case .literal: return literalPosition(after: head)
    case .folded: return joinedPosition(after: head, firstLine: position.line + 1, skip: 0)
    case .plain:
      return joinedPosition(after: head, firstLine: position.line, skip: position.column - 1)
    case .quoted:
      return joinedPosition(after: head, firstLine: position.line, skip: position.column)
    }
  }

  private func literalPosition(after head: String) -> ConfigPosition {
    let lines = head.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.last ?? ""
    return ConfigPosition(
      line: position.line + max(lines.count, 1),
      column: blockIndentation + last.unicodeScalars.count + 1)
  }

  /// Finds a position in the lines of the source, which YAML joins with one blank each.
  private func joinedPosition(after head: String, firstLine: Int, skip: Int) -> ConfigPosition {
    var rest = head.unicodeScalars.count
    var line = firstLine
    var isFirst = true
    while let content = source.line(line) {
      let scalars = content.unicodeScalars
      let indentation =
        isFirst && skip > 0 ? skip : scalars.prefix { $0 == " " || $0 == "\t" }.count
      var length = max(scalars.count - indentation, 0)
      for scalar in scalars.reversed() {
        guard scalar == " " || scalar == "\t", length > 0 else { break }
        length -= 1
      }
      if rest <= length || source.line(line + 1) == nil {
        return ConfigPosition(line: line, column: indentation + min(rest, length) + 1)
      }
      rest -= length + 1
      line += 1
      isFirst = false
    }
    return position
  }

  /// The indentation of the first non-empty line of a block.
  private var blockIndentation: Int {
    var line = position.line + 1
    while let content = source.line(line) {
      let indentation = content.prefix { $0 == " " }.count
      if indentation < content.count { return indentation }
      line += 1
    }
    return 0
  }
}

extension ConfigSource {
  /// A line by its number, counted from 1; nil after the end.
  func line(_ number: Int) -> Substring? {
    lines.indices.contains(number - 1) ? lines[number - 1] : nil
  }
}
