import ExpositionFormat
import MetricModel
import Testing

/// A line as the tests compare it: the series as text instead of a range.
private enum Line: Equatable {
  case sample(String, Double, Int64?)
  case type(String, MetricType)
  case help(String, String)
  case unit(String, String)
}

/// Parses a text; the last known series of each line may be given as hints.
private func parse(
  _ text: String, _ format: ExpositionTextFormat = .text, hints: [String] = []
) throws(ExpositionError) -> [Line] {
  let bytes = Array(text.utf8)
  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
  var lines: [Line] = []
  var parser = ExpositionParser(bytes.span, format: format)
  var hints = hints.makeIterator()
  while true {
    let hint = Array((hints.next() ?? "").utf8)
    guard let entry = try parser.next(expecting: hint.span) else { return lines }
    switch entry {
    case .sample(let sample):
      lines.append(.sample(string(sample.series), sample.value, sample.timestamp?.rawValue))
    case .type(let name, let type): lines.append(.type(string(name), type))
    case .help(let name, let text): lines.append(.help(string(name), string(text)))
    case .unit(let name, let unit): lines.append(.unit(string(name), string(unit)))
    }
  }
}

struct ExpositionParserTests {
  @Test func readsAllKindsOfLines() throws {
    let text = """
      # HELP up Whether it is up.
      # TYPE up gauge
      up 1

      # a comment
      #TYPE not metadata
      # UNIT seconds is a comment in text format
        http_requests_total { code = "200" , method="get", } \t 1027 1395066363000
      rpc:latency{le="+Inf"} 2.5e-3 -12
      {"dotted.name",l="v"} NaN
      # TYPE "dotted.name" untyped
      """
    let lines = try parse(text)
    #expect(
      Array(lines.prefix(5)) == [
        .help("up", "Whether it is up."), .type("up", .gauge), .sample("up", 1, nil),
        .sample(#"http_requests_total { code = "200" , method="get", }"#, 1027, 1_395_066_363_000),
        .sample(#"rpc:latency{le="+Inf"}"#, 0.0025, -12),
      ])
    #expect(lines.count == 7)
    #expect(lines.last == .type("dotted.name", .unknown))
  }

  @Test func readsOpenMetrics() throws {
    let text = """
      # TYPE foo_seconds counter
      # UNIT foo_seconds seconds
      # HELP foo_seconds help with "quotes"
      foo_seconds_total{a="b"} 17.0 1520879607.789 # {trace_id="x"} 0.67 1520879607.5
      foo_seconds_bucket{le="1"} 2 # {} 1
      # EOF

      """
    #expect(
      try parse(text, .openMetrics) == [
        .type("foo_seconds", .counter), .unit("foo_seconds", "seconds"),
        .help("foo_seconds", #"help with "quotes""#),
        .sample(#"foo_seconds_total{a="b"}"#, 17, 1_520_879_607_789),
        .sample(#"foo_seconds_bucket{le="1"}"#, 2, nil),
      ])
  }

  @Test(arguments: ["", "\n", "  ", "# comment", "\n\n# \n"])
  func emptyTextsHaveNoLines(text: String) throws {
    #expect(try parse(text).isEmpty)
  }

  @Test(arguments: [
    ("a 1\nb{", 2, "a label or }", "the end of the text"),
    ("a", 1, "a value", "the end of the text"),
    ("a\n", 1, "labels or a blank after the metric name", "the end of the line"),
    ("a 1 2 3", 1, "the end of the line", "\"3\""),
    ("a 1 x", 1, "a timestamp in milliseconds or the end of the line", "\"x\""),
    ("a one", 1, "a value", "\"one\""),
    ("a 0x10", 1, "a value", "\"0x10\""),
    ("a 1_000", 1, "a value", "\"1_000\""),
    ("a 1e400", 1, "a value", "\"1e400\""),
    ("a +nan", 1, "a value", "\"+nan\""),
    ("a 1\r\n", 1, "a value", "\"1\\x0d\""),
    (
      "a 1 99999999999999999999", 1, "a timestamp in milliseconds or the end of the line",
      "\"99999999999999999999\""
    ),
    ("9a 1", 1, "a metric name", "\"9a 1\""),
    ("a{b} 1", 1, "=", "\"} 1\""),
    ("a{b=c} 1", 1, "a label value in double quotes", "\"c} 1\""),
    ("a{b=\"c} 1\n", 1, "a closing quote", "the end of the line"),
    ("a{b=\"c\\", 1, "a closing quote", "the end of the text"),
    ("a{b=\"\0\"} 1", 1, "a closing quote", "\"\\x00\"} 1\""),
    ("a{b=\"c\" d=\"e\"} 1", 1, ", or }", "\"d=\"e\"} 1\""),
    ("a{,} 1", 1, "a label name", "\",} 1\""),
    ("{b=\"c\"} 1", 1, "a metric name before or within the braces", "\"{b=\"c\"} 1\""),
    ("{\"\"} 1", 1, "a name that is not empty", "\"} 1\""),
    ("a{\"b\"} 1", 1, "=", "\"} 1\""),
    ("# TYPE a gouge", 1, "a metric type", "\"gouge\""),
    ("# TYPE a", 1, "a metric type", "the end of the text"),
    ("# HELP 1 x", 1, "a metric name", "\"1 x\""),
    ("a 1 # {} 2", 1, "the end of the line", "\"# {} 2\""),
    ("<html>\n", 1, "a metric name", "\"<html>\""),
  ])
  func refusesMalformedLines(text: String, line: Int, expected: String, found: String) {
    #expect(throws: ExpositionError(line: line, expected: expected, found: found)) {
      _ = try parse(text)
    }
  }

  @Test(arguments: [
    ("a 1\n", "line 1: expected # EOF as the last line, found the end of the text"),
    ("a 1\n\n# EOF", "line 2: expected no empty line in OpenMetrics, found the end of the line"),
    ("# EOF\na 1", "line 2: expected nothing after # EOF, found \"a 1\""),
    ("a 1 # x\n# EOF", "line 1: expected the labels of an exemplar, found \"x\""),
    (
      "a 1 # {b=\"c\"}\n# EOF",
      "line 1: expected the value of an exemplar, found the end of the line"
    ),
    ("a 1 NaN\n# EOF", "line 1: expected a timestamp in seconds, found \"NaN\""),
  ])
  func refusesMalformedOpenMetrics(text: String, message: String) {
    #expect {
      _ = try parse(text, .openMetrics)
    } throws: {
      String(describing: $0) == message
    }
  }

  @Test func quotesOnlyTheBeginningOfWhatIsWrong() {
    let text = "a " + String(repeating: "x", count: 100_000)
    let quoted = "\"" + String(repeating: "x", count: 40) + "...\""
    #expect(throws: ExpositionError(line: 1, expected: "a value", found: quoted)) {
      _ = try parse(text)
    }
  }

  @Test func refusesInvalidUTF8InLabelsAndHelp() {
    for line in [#"a{b="@"} 1"#, #"{"@"} 1"#, "# HELP a @"] {
      let bytes = line.utf8.map { $0 == UInt8(ascii: "@") ? 0xff : $0 }
      #expect(throws: ExpositionError.self) {
        var parser = ExpositionParser(bytes.span)
        while try parser.next() != nil {}
      }
    }
  }

  @Test(arguments: [
    ("a 1\n", ["a"]), ("a  {b=\"c\"} 1\n", ["a"]), ("ab 1\n", ["a"]),
    ("a{b=\"c\"}1\n", ["a{b=\"c\"}"]),
    ("a{b=\"c\"} 1\n", ["a{b=\"c"]), ("a 1", ["a 1"]), ("a 1\nb 2\n", ["a", "a"]),
  ])
  func aHintNeverChangesTheResult(text: String, hints: [String]) throws {
    #expect(try parse(text, hints: hints) == parse(text))
  }

  @Test func readsAVeryLongLine() throws {
    let value = String(repeating: "\\n", count: 500_000)
    let lines = try parse("a{b=\"\(value)\"} 7")
    #expect(lines == [.sample("a{b=\"\(value)\"}", 7, nil)])
  }

  @Test(arguments: [
    (
      "application/openmetrics-text; version=1.0.0; charset=utf-8", ExpositionTextFormat.openMetrics
    ),
    ("Application/OpenMetrics-Text;version=0.0.1", .openMetrics),
    ("text/plain; version=0.0.4", .text), ("", .text), ("text/html", .text),
  ])
  func choosesTheFormatByContentType(type: String, format: ExpositionTextFormat) {
    #expect(ExpositionTextFormat(contentType: type) == format)
  }
}
