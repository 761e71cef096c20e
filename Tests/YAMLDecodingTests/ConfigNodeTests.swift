import TestSupport
import Testing

@testable import YAMLDecoding

func node(_ text: String) throws -> ConfigNode {
  let diagnostics = ConfigDiagnostics()
  let root = ConfigDocument.root(
    of: ConfigSource(text: text, file: "a.yml"), into: diagnostics)
  try diagnostics.throwIfAny()
  return try #require(root)
}

func value(_ text: String) throws -> ConfigNode {
  guard case .mapping(let pairs) = try node(text).kind else { throw ConfigFailure(errors: []) }
  return try #require(pairs.first?.value)
}

@Test(
  arguments: [
    ("5", 5), ("-5", -5), ("+7", 7), ("0x1F", 31), ("0b101", 5), ("0o17", 15), ("1_000", 1000),
    ("--5", nil), ("", nil), ("1e3", nil), ("0x", nil), ("_1", nil), ("'5'", nil),
    ("99999999999999999999", nil),
  ] as [(String, Int?)])
func readsIntegers(text: String, expected: Int?) throws {
  #expect(try value("a: \(text)").int == expected)
}

@Test(
  arguments: [
    ("5", 5), ("1.5", 1.5), ("1e3", 1000), ("-.inf", -.infinity), ("x", nil), ("inf", nil),
    ("0x10", 16),
    ("1e", nil),
  ] as [(String, Double?)])
func readsNumbers(text: String, expected: Double?) throws {
  #expect(try value("a: \(text)").double == expected)
}

@Test(
  arguments: [
    ("0", 0), ("5B", 5), ("1KB", 1024), ("1KiB", 1024), ("1.5MB", 1_572_864), ("15MB", 15_728_640),
    ("5", nil),
    ("5iB", nil), ("MB", nil), ("5kB", nil), ("99999999EB", nil),
  ] as [(String, Int64?)])
func readsSizes(text: String, expected: Int64?) throws {
  #expect(try value("a: \(text)").byteCount == expected)
}

@Test(
  arguments: [
    // text, byte, line, column
    ("expr: up == 1", 3, 1, 10),
    ("expr: 'up == 1'", 3, 1, 11),
    ("expr: |\n  sum(\n    up{}\n  )\n", 9, 3, 7),
    ("expr: |\n\n  up\n  down", 4, 4, 3),
    ("expr: >-\n  sum by (a)\n  (up)\n", 12, 3, 4),
    ("expr: sum by (a)\n  (up)\n", 12, 2, 4),
    ("expr: up", 99, 1, 9),
    ("expr: |\n  ünd up\n", 5, 2, 7),
  ] as [(String, Int, Int, Int)])
func findsPlacesInsideTexts(text: String, byte: Int, line: Int, column: Int) throws {
  let node = try value(text)
  #expect(node.position(ofByte: byte) == ConfigPosition(line: line, column: column))
}

@Test(
  arguments: [
    ("scrape_intervall", "scrape_interval"), ("targts", "targets"), ("tagrets", "targets"),
    ("zebra", nil), ("", nil), ("jobname", "job_name"),
  ] as [(String, String?)])
func suggestsTheNearestWord(word: String, expected: String?) {
  let words = ["scrape_interval", "scrape_timeout", "targets", "job_name"]
  #expect(Suggestion.nearest(to: word, among: words) == expected)
}

@Test func randomEditsNeverCrash() {
  let good = """
    global: &g
      scrape_interval: 15s   # comment
      external_labels: {region: "eu", zone: 'a'}
    list: [1, 2.5, ~, *g]
    merged:
      <<: *g
      text: |
        one {{ $labels.x }}
        two
      folded: >-
        a
        b
    ? complex
    : value
    --- # second
    x: y
    """
  var random = RepeatableRandom(seed: 42)
  let alphabet = Array("{}[]:,-?*&!|>'\"%@`#\n\t <~=ab0\u{0}\u{FEFF}\u{85}é\\".unicodeScalars)
  for _ in 0..<4_000 {
    var scalars = Array(good.unicodeScalars)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let index = Int.random(in: 0..<scalars.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.remove(at: index)
      case 1: scalars.insert(alphabet.randomElement(using: &random) ?? "a", at: index)
      case 2: scalars[index] = alphabet.randomElement(using: &random) ?? "a"
      default: scalars.removeSubrange(index..<min(index + 20, scalars.count))
      }
      if scalars.isEmpty { break }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    for complaint in complaints(String(text)) { #expect(complaint.hasPrefix("a.yml")) }
  }
}
