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

  @Test func evilPatternsRunInLinearTime() throws {
    let expression = try RegularExpression("(a*)*b")
    #expect(!expression.matches(String(repeating: "a", count: 100_000)))
  }
}
