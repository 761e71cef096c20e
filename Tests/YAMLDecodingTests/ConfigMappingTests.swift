import Testing

@testable import YAMLDecoding

/// Decodes a text as the mapping "global" with one key of every kind and returns the reported
/// errors.
func complaints(_ text: String, limits: ConfigLimits = ConfigLimits()) -> [String] {
  let diagnostics = ConfigDiagnostics()
  let source = ConfigSource(text: text, file: "a.yml")
  if let root = ConfigDocument.root(of: source, limits: limits, into: diagnostics),
    let mapping = ConfigMapping(root, context: "global", diagnostics: diagnostics)
  {
    _ = mapping.string("name")
    _ = mapping.bool("enabled")
    _ = mapping.int("count", in: 0...10)
    _ = mapping.double("ratio")
    _ = mapping.value("scrape_interval", "a length", fix: "write it like 30s") { node in
      node.text.flatMap { $0.hasSuffix("s") || $0.hasSuffix("m") ? $0 : nil }
    }
    _ = mapping.byteCount("body_size_limit")
    _ = mapping.choice("color", of: Color.self)
    _ = mapping.string("password")
    _ = mapping.strings("names")
    _ = mapping.stringPairs("labels")
    if let child = mapping.mapping("child") {
      _ = child.requiredString("id")
      child.refuse(["proxy_url"])
      child.finish()
    }
    mapping.finish()
  }
  return diagnostics.errors.map(\.description)
}

enum Color: String, CaseIterable {
  case red, green
}

@Test(
  arguments: [
    ("", []),
    ("# nothing\n", []),
    ("---\n", ["a.yml:2:1: global must be a mapping of keys to values, not nothing"]),
    ("- a", ["a.yml:1:1: global must be a mapping of keys to values, not a list"]),
    (
      "scrape_intervall: 5s",
      [
        "a.yml:1:1: unknown key \"scrape_intervall\" in global; did you mean \"scrape_interval\"?"
      ]
    ),
    ("\n  zebra: 1", ["a.yml:2:3: unknown key \"zebra\" in global"]),
    ("name: [1]", ["a.yml:1:7: \"name\" in global must be a text, not a list"]),
    ("enabled: maybe", ["a.yml:1:10: \"enabled\" in global must be true or false, not \"maybe\""]),
    ("enabled: 'true'", ["a.yml:1:10: \"enabled\" in global must be true or false, not \"true\""]),
    ("count: 11", ["a.yml:1:8: \"count\" in global must be from 0 to 10, not 11"]),
    ("count: 1.5", ["a.yml:1:8: \"count\" in global must be a whole number, not \"1.5\""]),
    ("ratio: nan", ["a.yml:1:8: \"ratio\" in global must be a number, not \"nan\""]),
    (
      "scrape_interval: 5",
      [
        "a.yml:1:18: \"scrape_interval\" in global must be a length, not \"5\"; write it like 30s"
      ]
    ),
    (
      "body_size_limit: 5XB",
      [
        "a.yml:1:18: \"body_size_limit\" in global must be a size, not \"5XB\"; write it like 512KB or 10MB"
      ]
    ),
    ("color: gren", ["a.yml:1:8: \"color\" in global cannot be \"gren\"; did you mean \"green\"?"]),
    ("color: blue", ["a.yml:1:8: \"color\" in global cannot be \"blue\"; use one of red, green"]),
    (
      "names: a",
      [
        "a.yml:1:8: \"names\" in global must be a list, not \"a\"; begin each entry with \"- \""
      ]
    ),
    (
      "names: [a, [b]]",
      ["a.yml:1:12: the entries of \"names\" in global must be texts, not a list"]
    ),
    ("labels: {a: [b]}", ["a.yml:1:13: \"a\" in labels must be a text, not a list"]),
    (
      "child:\n  x: 1",
      ["a.yml:2:3: \"id\" is missing in child", "a.yml:2:3: unknown key \"x\" in child"]
    ),
    ("child: {id: ''}", ["a.yml:1:13: \"id\" in child is empty"]),
    (
      "child:\n  id: 5\n  proxy_url: http://a",
      ["a.yml:3:3: \"proxy_url\" in child is not supported yet; remove it"]
    ),
    ("name: a\nname: b", ["a.yml:2:1: duplicate key \"name\"; remove one of them"]),
    (
      "child:\n  id: a\n  # c\n  \"id\": b\nname: x",
      ["a.yml:4:3: duplicate key \"id\"; remove one of them"]
    ),
    (
      "name: a\n\tb: c",
      [
        "a.yml:2:1: not valid YAML: found a tab character that violates indentation (while scanning a plain scalar, line 1); indent with blanks, not with tabs"
      ]
    ),
    (
      "name: 'a",
      [
        "a.yml:1:9: not valid YAML: found unexpected end of stream (while scanning a quoted scalar, line 1)"
      ]
    ),
    ("name: *nobody", ["a.yml:1:7: not valid YAML: found undefined alias"]),
    ("name: !secret a", ["a.yml:1:7: the tag !secret has no meaning here; remove it"]),
    ("? [a]\n: b", ["a.yml:1:3: a key must be a single value, not a list or a mapping"]),
    ("name: &n a\n*n : b", ["a.yml:2:1: an alias cannot be a key"]),
    (
      "<<: 5",
      [
        "a.yml:1:5: the merge key << needs a mapping, not a single value; write an alias of a mapping after it"
      ]
    ),
    ("name: \"\u{1}\"", ["a.yml:1:8: not valid YAML: control characters are not allowed"]),
  ] as [(String, [String])])
func saysWhatIsWrongAndWhere(text: String, expected: [String]) {
  #expect(complaints(text) == expected)
}

@Test(arguments: [
  "name: ~\nenabled: yes\ncount: 0x0A\nratio: .inf\nscrape_interval: 1h30m\ncolor: red",
  "name: 5\npassword: x\nnames:\n- a\n- 'b'\nlabels:\n  a: 1\n  b: true\n  c:\nchild: {id: !!str 5}",
  "child: &c\n  id: a\n",
  "name: a\n---\nnot: looked at\n",
  "\u{FEFF}name: a",
  "name: a\r\ncount: 1\r\n",
])
func acceptsGoodTexts(text: String) {
  #expect(complaints(text) == [])
}

@Test func everyErrorIsFoundInOnePass() {
  let text = "name: [1]\nenabled: 5\ncount: x\nzebra: 1\n"
  #expect(complaints(text).count == 4)
}

@Test func mergeKeysFillWhatIsNotThere() throws {
  let text = "base: &b {a: 1, b: 2}\nmore: &m {c: 3, a: 9}\nall:\n  <<: [*b, *m]\n  b: 5\n"
  let diagnostics = ConfigDiagnostics()
  let source = ConfigSource(text: text, file: "a.yml")
  let root = try #require(ConfigDocument.root(of: source, into: diagnostics))
  let mapping = try #require(ConfigMapping(root, context: "file", diagnostics: diagnostics))
  let all = try #require(mapping.mapping("all"))
  #expect(all.int("a") == 1)
  #expect(all.int("b") == 5)
  #expect(all.int("c") == 3)
  #expect(diagnostics.isEmpty)
}

@Test func aliasBombsAreRefused() {
  var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
  for level in 1...12 {
    let alias = "*a\(level - 1)"
    text += "a\(level): &a\(level) [\((0..<9).map { _ in alias }.joined(separator: ", "))]\n"
  }
  let found = complaints(text)
  #expect(found.count == 1)
  #expect(found.first?.contains("expands to more than 500000 values") == true)
}

@Test func aliasBombsAsKeysAreRefused() {
  var text = "a0: &a0 [x, x]\n"
  for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
  text += "? *a60\n: 1\n"
  #expect(complaints(text) == ["a.yml:62:3: an alias cannot be a key"])
  let inner = text.replacing("? *a60", with: "? [*a60]")
  #expect(
    complaints(inner) == ["a.yml:62:3: a key must be a single value, not a list or a mapping"])
}

@Test(arguments: ["[", "{a: ", "- ", "? ", "{[", "a:\n"])
func deepNestingIsRefused(unit: String) {
  for count in [100, 900, 100_000] {
    let found = complaints("x: " + String(repeating: unit, count: count))
    #expect(found.count == 1)
  }
  let text = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
  #expect(complaints(text) == ["a.yml:1:65: nested deeper than 64 levels"])
}

@Test func largeFilesAreRefused() {
  let found = complaints("name: abcdefgh", limits: ConfigLimits(fileBytes: 10))
  #expect(found == ["a.yml: larger than the limit of 10 bytes"])
}

@Test func manyErrorsAreBounded() {
  let text = (0..<1_000).map { "zebra\($0)zebra: 1\n" }.joined()
  #expect(complaints(text).count == ConfigDiagnostics.errorLimit)
}
