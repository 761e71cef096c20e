/// A shell command line of the documentation, split into commands and words.
struct ShellLine {
  /// The commands of a pipeline or list, each without leading variables and `sudo`.
  private(set) var commands: [[String]] = []

  /// Splits a line; quotes group words, `#` begins a comment.
  init(_ line: String) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line + " " {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == "#", word == nil {
        break
      } else if character == " " || "|;>&".contains(character) {
        if let finished = word { words.append(finished) }
        word = nil
        if character != " ", character != ">", !words.isEmpty {
          add(words)
          words = []
        } else if character == ">" {
          words.append(">")
        }
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let finished = word { words.append(finished) }
    if !words.isEmpty { add(words) }
  }

  private mutating func add(_ words: [String]) {
    var rest = words[...]
    if let redirection = rest.firstIndex(of: ">") { rest = rest[..<redirection] }
    while let first = rest.first, first == "sudo" || first.wholeMatch(of: /[A-Z_]+=.*/) != nil {
      rest.removeFirst()
    }
    if !rest.isEmpty { commands.append(Array(rest)) }
  }
}
