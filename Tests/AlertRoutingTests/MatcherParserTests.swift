import MetricModel
import Testing

@testable import AlertRouting

@Suite struct MatcherParserTests {
  @Test(arguments: [
    (#"a="b""#, [#"a="b""#]),
    (#"a=b"#, [#"a="b""#]),
    (#"{a="b", c!="d",}"#, [#"a="b""#, #"c!="d""#]),
    (#"a=~"b|c",d!~e.*"#, [#"a=~"b|c""#, #"d!~"e.*""#]),
    (
      #""my label"="with \"quotes\" and \u00fcmlaut""#,
      [#""my label"="with \"quotes\" and ümlaut""#]
    ),
    (#"a="x,y""#, [#"a="x,y""#]),
    (#"a="""#, [#"a="""#]),
    ("{}", []),
    ("  a = b  ", [#"a="b""#]),
    (#"a="tab\there""#, ["a=\"tab\there\""]),
    ("température=froid", [#""température"="froid""#]),
  ])
  func utf8Grammar(text: String, matchers: [String]) throws {
    let parsed = try MatcherParser(.utf8Strict).parse(text)
    #expect(parsed.matchers.map(\.description) == matchers)
    #expect(parsed.warning == nil)
  }

  @Test(arguments: [
    "", "a", "a=", "=b", "a==b", #"a="b"#, "{a=b", "a=b}", "a=b c=d", "a=b,,c=d", #"a="b\q""#,
    "a=~\"(\"",
    "a=b c", "a!b", #"a="\xff""#, #"a="\ud800""#, "{a=b}}", "a='b'",
  ])
  func faultyTextsAreRefused(text: String) {
    #expect(throws: MatcherSyntaxError.self) { try MatcherParser(.utf8Strict).parse(text) }
  }

  @Test(arguments: [
    (#"a=b c"#, [#"a="b c""#]),
    (#"a="b""#, [#"a="b""#]),
    ("a=", [#"a="""#]),
    (#"{a=b, c=~d}"#, [#"a="b""#, #"c=~"d""#]),
    (#"a="x,y\n\\""#, [#"a="x,y\n\\""#]),
    (#"a=b\d"#, [#"a="b\\d""#]),
    (#"a="b=c""#, [#"a="b=c""#]),
  ])
  func classicGrammar(text: String, matchers: [String]) throws {
    #expect(try MatcherParser(.classic).parse(text).matchers.map(\.description) == matchers)
  }

  @Test(arguments: ["", "a", "ä=b", #"a="b"#, #"a=b"c"#, #"a="b"c"#, "1a=b", "a=~("])
  func faultyClassicTextsAreRefused(text: String) {
    #expect(throws: MatcherSyntaxError.self) { try MatcherParser(.classic).parse(text) }
  }

  @Test func fallbackTriesBothAndSaysSo() throws {
    let parser = MatcherParser()
    #expect(try parser.parse(#"a="b""#).warning == nil)
    let blank = try parser.parse("a=b c")
    #expect(blank.matchers.map(\.value) == ["b c"])
    #expect(blank.warning?.contains(#"write a="b c""#) == true)
    // "\t" is an escape of the UTF-8 grammar only.
    let tab = try parser.parse(#"a="x\ty""#)
    #expect(tab.matchers.map(\.value) == [#"x\ty"#])
    #expect(tab.warning?.contains("different") == true)
    #expect(throws: MatcherSyntaxError.self) { try parser.parse("a") }
  }

  @Test func errorsNameThePlace() throws {
    #expect {
      try MatcherParser(.utf8Strict).parse("abc=d e")
    } throws: { error in
      (error as? MatcherSyntaxError)?.offset == 6
    }
  }
}
