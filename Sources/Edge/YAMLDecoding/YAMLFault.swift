import Yams

/// Describes an error of the YAML parser in one line.
enum YAMLFault {
  static func error(_ error: YamlError, source: ConfigSource) -> ConfigError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      return syntaxError(problem, context: context, at: ConfigPosition(mark), source: source)
    case .reader(let problem, let offset, _, let yaml):
      return source.error(
        "not valid YAML: \(problem)", at: offset.map { position(of: $0, in: yaml) })
    case .duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let first = ConfigPosition(context.mark)
      return source.error(
        "duplicate key \"\(key)\"", at: repetition(of: key, first: first, in: source) ?? first,
        fix: "remove one of them")
    case .memory:
      return source.error("not enough memory to read it", at: nil)
    default:
      return source.error("not valid YAML", at: nil)
    }
  }

  private static func syntaxError(
    _ problem: String, context: YamlError.Context?, at position: ConfigPosition,
    source: ConfigSource
  ) -> ConfigError {
    if problem.hasPrefix("Maximum nesting") {
      return source.error("nested too deeply", at: position)
    }
    let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
    let isTab = source.line(position.line)?.dropFirst(position.column - 1).first == "\t"
    return source.error(
      "not valid YAML: \(problem)\(place)", at: position,
      fix: isTab ? "indent with blanks, not with tabs" : nil)
  }

  private static func position(of offset: Int, in text: String) -> ConfigPosition {
    let head = text.prefix(offset)
    let line = head.count { $0.isNewline } + 1
    let column = head.reversed().prefix { !$0.isNewline }.count + 1
    return ConfigPosition(line: line, column: column)
  }

  /// The position of a repeated key in a block mapping: Yams reports the first one.
  private static func repetition(
    of key: String, first: ConfigPosition, in source: ConfigSource
  ) -> ConfigPosition? {
    var number = first.line + 1
    while let line = source.line(number) {
      let content = line.drop { $0 == " " }
      let indentation = line.count - content.count
      if !content.isEmpty, content.first != "#" {
        guard indentation >= first.column - 1 else { return nil }
        if indentation == first.column - 1,
          [key, "\"\(key)\"", "'\(key)'"].contains(where: { isKey($0, of: content) })
        {
          return ConfigPosition(line: number, column: first.column)
        }
      }
      number += 1
    }
    return nil
  }

  private static func isKey(_ key: String, of content: Substring) -> Bool {
    guard content.hasPrefix(key) else { return false }
    return content.dropFirst(key.count).drop { $0 == " " }.first == ":"
  }
}
