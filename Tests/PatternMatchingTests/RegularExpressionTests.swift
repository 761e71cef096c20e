import PatternMatching
import Testing

@Suite struct RegularExpressionTests {
  @Test func capturesHaveNamesAndNumbers() throws {
    let expression = try RegularExpression(#"(?P<host>\w+):(\d+)(x)?"#)
    #expect(expression.groupNames == ["host", nil, nil])
    #expect(
      try #require(expression.firstCaptures(in: "db:5432")) == ["db:5432", "db", "5432", nil])
    let captures = try #require(expression.firstCaptures(in: "db:5432"))
    #expect(expression.expand("$host-${2}$3$$[$9]", captures: captures) == "db-5432$[]")
  }

  @Test(arguments: [
    ("a+", "baab", "x", "bxb"), ("", "ab", "-", "-a-b-"), ("(.)", "äö", "<$1>", "<ä><ö>"),
    ("z", "ab", "-", "ab"),
    ("b*", "abc", "-", "-a-c-"),
  ])
  func everyMatchIsReplaced(pattern: String, text: String, template: String, result: String) throws
  {
    let expression = try RegularExpression(pattern, anchoring: .anywhere)
    #expect(expression.replacingAll(in: text, with: template) == result)
  }

  @Test(arguments: ["a(", "[", "(?=x)", #"\1"#, "a{100000}"])
  func patternsThatAreNotRE2AreRefused(pattern: String) {
    #expect(throws: PatternError.self) { try RegularExpression(pattern) }
  }

  /// Go's behaviour, which Debian's RE2 alone does not have: the whole match and the groups' names,
  /// or the error.
  @Test(
    arguments: [
      (#"(?<n>a)"#, "a", ["n"]), (#"(?<n>a)(?P<m>b)(c)"#, "abc", ["n", "m", nil]),
      (#"(?<1>a)"#, "a", ["1"]), (#"x\\(?<n>a)"#, #"x\a"#, ["n"]), (#"x\((?<n>a)"#, "x(a", ["n"]),
      (#"(?<n>a)|(?<n>b)"#, "b", ["n", "n"]), (#"(?i:(?<N>A))"#, "a", ["N"]),
      (#"[(?<n>]+"#, "<n?(", []), (#"[]](?<n>a)"#, "]a", ["n"]), (#"[^]](?<n>a)"#, "xa", ["n"]),
      (#"[\]](?<n>a)"#, "]a", ["n"]), (#"[[:alpha:](?<n>]+"#, "b(<n", []),
      (#"[[:alpha:]](?<n>a)"#, "ba", ["n"]), (#"[A-[:alpha:](?<n>a)]"#, "ha]", ["n"]),
      (#"[a-](?<n>a)"#, "-a", ["n"]), (#"\Q(?<n>a)\E(?<m>b)"#, "(?<n>a)b", ["m"]),
      (#"\Q(?<n>"#, "(?<n>", []), (#"\p{LC}"#, "ǅ", []), (#"\P{LC}"#, "5", []),
      (#"[\p{LC}_]+"#, "a_Z", []), (#"\p{Cn}"#, "\u{378}", []), (#"\P{Cn}"#, "a", []),
      (#"a.b"#, "a\nb", []), (#"(?-s:a.b)?.*"#, "a\nb", []), (#"(?i)k"#, "\u{212a}", []),
      (#"a{1000}"#, String(repeating: "a", count: 1000), []), (#"a\z"#, "a", []),
      (#"(?m)^a$"#, "a", []), (#"(?U)a+"#, "aaa", []), (#"a{,2}"#, "a{,2}", []), (#"]"#, "]", []),
      (#"[[:word:]]\pN"#, "_5", []), (#"\x{1F600}\101"#, "😀A", []),
    ] as [(String, String, [String?])])
  func patternsMeanWhatGoSays(pattern: String, text: String, names: [String?]) throws {
    let expression = try RegularExpression(pattern)
    #expect(expression.matches(text))
    #expect(expression.groupNames == names)
    #expect(expression.groupCount == names.count)
    #expect(try #require(expression.firstCaptures(in: text)).count == names.count + 1)
  }

  @Test(arguments: [
    (#"\C"#, #"invalid escape sequence: \C"#), (#"a\y\C"#, #"invalid escape sequence: \y"#),
    (#"\Z"#, #"invalid escape sequence: \Z"#), (#"[\C]"#, #"invalid escape sequence: \C"#),
    (#"(?<n"#, "invalid named capture group: (?<n"),
    (#"(?<>a)"#, "invalid named capture group: (?<>"),
    (#"(?<=a)b"#, "invalid named capture group: (?<=a)b"),
    (#"(?<n-m>a)(?P<ä>b)"#, "invalid named capture group: (?<n-m>"),
    (#"(?P<ä>b)"#, "invalid named capture group: (?P<ä>"),
    (#"(?<n>a"#, "missing ): (?<n>a"), (#"(?<n>?)"#, "no argument for repetition operator: ?"),
    (#"(?<n>a)(?<n>?"#, "no argument for repetition operator: ?"),
    (#"(?=a)"#, "invalid perl operator: (?="), (#"a{1001}"#, "invalid repetition size: {1001}"),
    (#"(a{500}){3}"#, "invalid repetition size: {3}"), (#"a**"#, "bad repetition operator: **"),
  ])
  func whatGoRefusesIsRefused(pattern: String, reason: String) {
    let error = #expect(throws: PatternError.self) { try RegularExpression(pattern) }
    #expect(error?.reason == reason)
    #expect(error?.pattern == pattern)
  }

  /// Relabelling and `label_replace` put the pattern between other texts.
  @Test func framedPatternsNeedNotBeOnesThemselves() throws {
    let expression = try RegularExpression("a|b)|(c", anchoring: .framed)
    #expect(expression.groupCount == 1)
    #expect(expression.matches("a"))
    #expect(expression.matches("abc"))
    #expect(!expression.matches("da"))
    #expect(expression.firstMatch(in: "abc") == [0..<1, nil])
    #expect(throws: PatternError.self) { try RegularExpression(#"\Qa"#, anchoring: .framed) }
    #expect(throws: PatternError.self) { try RegularExpression(#"a\"#, anchoring: .framed) }
    #expect(try RegularExpression("(?i)a.b", anchoring: .framed).matches("A\nB"))
    let lines = try RegularExpression("a.b", anchoring: .framed, dotMatchesNewline: false)
    #expect(!lines.matches("a\nb"))
  }

  @Test(arguments: [
    ("$n", "b"), ("${n}$1$2", "bb"), ("$01", ""), ("$1ä", ""), ("${1}ä", "ä"), ("$2ä|", "|"),
    ("$0", "b"), ("$", "$"), ("${n", "${n"), ("$-", "$-"), ("$999999999", ""), ("$$n", "$n"),
  ])
  func templatesAreExpandedAsInGo(template: String, text: String) throws {
    let expression = try RegularExpression("(?<n>a)|(?<n>b)")
    let captures = try #require(expression.firstCaptures(in: "b"))
    #expect(expression.expand(template, captures: captures) == text)
  }

  @Test func evilPatternsRunInLinearTime() throws {
    let expression = try RegularExpression("(a*)*b")
    #expect(!expression.matches(String(repeating: "a", count: 100_000)))
  }
}
