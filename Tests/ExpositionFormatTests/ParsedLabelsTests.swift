import ExpositionFormat
import MetricModel
import Testing

struct ParsedLabelsTests {
  private func labels(_ series: String) throws(ExpositionError) -> Labels {
    let bytes = Array(series.utf8)
    return try ParsedLabels(parsing: bytes.span).labels
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
  ])
  func parsesLabels(series: String, expected: [String: String]) throws {
    #expect(try labels(series).dictionary == expected)
  }

  @Test(arguments: [#"a{b="1",b="2"}"#, #"a{__name__="b"}"#, "a 1", "{}"])
  func refusesDuplicatesAndRests(series: String) {
    #expect(throws: ExpositionError.self) { try labels(series) }
  }

  @Test func unescapesHelp() {
    let help = Array(#"a\\b\nc\"d"#.utf8)
    #expect(ParsedLabels.unescapedHelp(help.span) == "a\\b\nc\\\"d")
    #expect(ParsedLabels.unescapedHelp(help.span, format: .openMetrics) == "a\\b\nc\"d")
  }
}
