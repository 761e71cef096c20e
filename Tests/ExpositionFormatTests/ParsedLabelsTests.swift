import ExpositionFormat
import MetricModel
import Testing

struct ParsedLabelsTests {
  private func labels(_ series: String) throws(ExpositionError) -> Labels {
    let bytes = Array(series.utf8)
    return try ParsedLabels(parsing: bytes.span).labels
  }

  @Test func namesThatOnlyLookTheSameAreTwo() throws {
    let names = ["caf\u{e9}", "cafe\u{301}"]
    let series = "a{" + names.map { "\"\($0)\"=\"1\"" }.joined(separator: ",") + "}"
    #expect(try labels(series) == Labels([("__name__", "a"), (names[0], "1"), (names[1], "1")]))
    #expect(try labels(series).count == 3)
  }

  @Test(arguments: [
    ("up", ["__name__": "up"]),
    (#"a{b="c",d="e",}"#, ["__name__": "a", "b": "c", "d": "e"]),
    (#"a { b = "c" }"#, ["__name__": "a", "b": "c"]),
    (#"{"a.b",l="v"}"#, ["__name__": "a.b", "l": "v"]),
    (#"{l="v","a.b"}"#, ["__name__": "a.b", "l": "v"]),
    (#"a{"l.m"="v"}"#, ["__name__": "a", "l.m": "v"]),
    (#"a{b="\\ \" \n \q"}"#, ["__name__": "a", "b": "\\ \" \n \\q"]),
    (#"a{b=""}"#, ["__name__": "a"]),
    (#"a{b="grün"}"#, ["__name__": "a", "b": "grün"]),
    (#"a{z="1",b="",Z="2",c="3"}"#, ["__name__": "a", "z": "1", "Z": "2", "c": "3"]),
    (#"a{b_c="1",b="2",bc="3"}"#, ["__name__": "a", "b": "2", "b_c": "1", "bc": "3"]),
    (#"a{"l\\m"="v",b=""}"#, ["__name__": "a", "l\\m": "v"]),
  ])
  func parsesLabels(series: String, expected: [String: String]) throws {
    #expect(try labels(series).dictionary == expected)
    let line = Array("\(series) 1 # {c=\"d\"} 1\n# EOF\n".utf8)
    var parser = ExpositionParser(line.span, format: .openMetrics)
    _ = try parser.next()
    #expect(try parser.labels() == Labels(expected))
    #expect(try parser.emptyLabelNames == ParsedLabels(parsing: series.utf8.span).emptyNames)
  }

  @Test(arguments: [0, 1, 254, 255, 256, 70_000])
  func longTextsAreParsed(length: Int) throws {
    let value = String(repeating: "x", count: length)
    let line = Array("a{b=\"\(value)\",l\(value)=\"end\"} 1\n".utf8)
    var parser = ExpositionParser(line.span)
    _ = try parser.next()
    #expect(try parser.labels() == Labels(name: "a", [("b", value), ("l" + value, "end")]))
  }

  @Test(arguments: [#"a{b="1",b="2"}"#, #"a{__name__="b"}"#, "a 1", "{}"])
  func refusesDuplicatesAndRests(series: String) {
    #expect(throws: ExpositionError.self) { try labels(series) }
  }

  @Test(arguments: [#"a{b="1",c="",b="2"}"#, #"a{b="",b="2"}"#, #"a{__name__="b"}"#, "{}"])
  func refusesDuplicatesOnALine(series: String) {
    let line = Array((series + " 1\n").utf8)
    var parser = ExpositionParser(line.span)
    #expect(throws: ExpositionError.self) {
      _ = try parser.next()
      _ = try parser.labels()
    }
  }

  @Test func unescapesHelp() {
    let help = Array(#"a\\b\nc\"d"#.utf8)
    #expect(ParsedLabels.unescapedHelp(help.span) == "a\\b\nc\\\"d")
    #expect(ParsedLabels.unescapedHelp(help.span, format: .openMetrics) == "a\\b\nc\"d")
  }
}
