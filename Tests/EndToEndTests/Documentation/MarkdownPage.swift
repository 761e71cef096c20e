import Foundation

/// A page of the documentation: its fenced blocks, links, anchors and marked tables.
struct MarkdownPage: Sendable, CustomStringConvertible {
  /// A fenced block.
  struct Block: Sendable {
    /// The first word after the fence.
    var language: String
    /// The value of `file=` after the fence.
    var file: String?
    var text: String
    /// The number of its first line.
    var line: Int
  }

  /// A link to another place in the repository.
  struct Link: Sendable {
    var target: String
    var line: Int
  }

  /// A table below a comment such as `<!-- keys: exporter.yml probes.targets[] with SET -->`.
  struct Table: Sendable, CustomStringConvertible {
    /// `keys`, `flags`, `options` or `set`.
    var kind: String
    /// The text after the colon, before `with`.
    var subject: String
    /// The sets after `with`.
    var sets: [String]
    /// The names in the first column.
    var names: [String] = []
    /// The default of each name, where its cell is a single value in backticks.
    var defaults: [String: String] = [:]
    /// The names after `Refused:`.
    var refused: [String] = []
    var place: String
    /// Whether the rows have begun, and whether they have ended.
    fileprivate var hasBegun = false
    fileprivate var hasEnded = false

    var description: String { "\(subject) (\(place))" }
  }

  /// The path in the repository.
  let path: String
  private(set) var blocks: [Block] = []
  private(set) var links: [Link] = []
  private(set) var anchors: Set<String> = []
  private(set) var tables: [Table] = []

  var description: String { path }

  /// Reads a page of the repository.
  init(path: String, repository: String) throws {
    self.path = path
    let text = try String(contentsOfFile: "\(repository)/\(path)", encoding: .utf8)
    var open: (block: Block, indent: Int)?
    var table: Table?
    var isRefusing = false
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.hasPrefix("```") {
        if let (block, _) = open {
          blocks.append(block)
          open = nil
        } else {
          open = (Self.block(trimmed, line: index + 1), line.prefix { $0 == " " }.count)
        }
        continue
      }
      if let (_, indent) = open {
        open?.block.text += line.dropFirst(indent) + "\n"
        continue
      }
      readAnchors(in: line)
      links += Self.links(in: line).map { Link(target: $0, line: index + 1) }
      if trimmed.hasPrefix("<!-- ") {
        tables += table.map { [$0] } ?? []
        table = Self.table(trimmed, place: "\(path):\(index + 1)")
        continue
      }
      table?.read(line)
      if line.hasPrefix("Refused:") { isRefusing = true }
      if isRefusing { table?.refused += Self.quoted(line) }
      if trimmed.isEmpty { isRefusing = false }
      if line.hasPrefix("#") {
        tables += table.map { [$0] } ?? []
        table = nil
      }
    }
    tables += table.map { [$0] } ?? []
  }

  /// All pages of the repository.
  static func all(in repository: String) throws -> [MarkdownPage] {
    var paths = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
    let docs = FileManager.default.enumerator(atPath: "\(repository)/docs")
    while let name = docs?.nextObject() as? String {
      if name.hasSuffix(".md") { paths.append("docs/\(name)") }
    }
    return try paths.sorted().map { try MarkdownPage(path: $0, repository: repository) }
  }

  // MARK: - Parts of a line

  private static func block(_ fence: String, line: Int) -> Block {
    let words = fence.drop { $0 == "`" }.split(separator: " ").map(String.init)
    let file = words.first { $0.hasPrefix("file=") }.map { String($0.dropFirst(5)) }
    return Block(language: words.first ?? "", file: file, text: "", line: line)
  }

  private static func table(_ comment: String, place: String) -> Table? {
    let words = comment.dropFirst(5).split(separator: " ").map(String.init).dropLast()
    guard let first = words.first, first.hasSuffix(":") else { return nil }
    let parts = words.dropFirst().split(separator: "with", omittingEmptySubsequences: false)
    return Table(
      kind: String(first.dropLast()), subject: parts.first?.joined(separator: " ") ?? "",
      sets: parts.count > 1 ? Array(parts[1]) : [], place: place)
  }

  /// Returns the texts in backticks.
  static func quoted(_ text: String) -> [String] {
    text.matches(of: /`([^`\n]+)`/).map { String($0.1) }
  }

  private static func links(in line: String) -> [String] {
    line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
      .filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
  }

  private mutating func readAnchors(in line: String) {
    for match in line.matches(of: /<a id="([^"]+)">/) { anchors.insert(String(match.1)) }
    guard line.hasPrefix("#") else { return }
    let title = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
    anchors.insert(
      String(
        title.compactMap { character -> Character? in
          if character == " " { return "-" }
          return character.isLetter || character.isNumber || "-_".contains(character)
            ? character : nil
        }))
  }
}

extension MarkdownPage.Table {
  /// Reads a line of the page; adds a row if it belongs to the table.
  fileprivate mutating func read(_ line: String) {
    if line.hasPrefix("|---") {
      hasBegun = true
    } else if line.hasPrefix("|"), hasBegun, !hasEnded {
      addRow(line)
    } else if hasBegun {
      hasEnded = true
    }
  }

  private mutating func addRow(_ line: String) {
    let cells = line.replacing("\\|", with: "").split(
      separator: "|", omittingEmptySubsequences: false
    ).map { $0.trimmingCharacters(in: .whitespaces) }
    guard cells.count > 2 else { return }
    let found = MarkdownPage.quoted(cells[1])
    names += found
    let value = cells.count > 4 ? cells[cells.count - 3] : ""
    if found.count == 1, value.wholeMatch(of: /`[^`]+`/) != nil {
      defaults[found[0]] = String(value.dropFirst().dropLast())
    }
  }
}
