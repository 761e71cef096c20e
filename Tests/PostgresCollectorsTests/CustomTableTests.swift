import CollectorCore
import ExpositionFormat
import MetricModel
import PostgresCollectors
import Testing

private func gauge(
  _ name: String, _ column: String, labels: [String] = [], type: MetricType = .gauge
) -> CustomMetric {
  CustomMetric(
    name: name, type: type, help: "h", labels: labels.map { CustomLabel($0) },
    values: [CustomMetric.Value(column: column)])
}

private func show(_ answer: CustomAnswer) -> [String] {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  answer.write(into: &buffer)
  let text = buffer.render().text
  #expect(buffer.problems.total == 0)
  return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
}

private func ask(
  _ metrics: [CustomMetric], _ columns: [String], _ rows: [[String?]], version: Int = 150_000,
  change: (inout CustomQuery) -> Void = { _ in }
) -> CustomAnswer {
  var query = CustomQuery(name: "q", sql: "SELECT 1")
  query.metrics = metrics
  change(&query)
  return query.answer(
    LiteralRows(columns: columns, rows: rows), columns: columns.map { CustomColumn($0) },
    version: version)
}

@Test(
  arguments: [
    ("12", "12"), ("-0.5", "-0.5"), ("1e3", "1000"), ("NaN", "NaN"),
    ("1970-01-02", "86400"), ("2026-11-21 09:28:34", "1.795253314e+09"),
    ("2026-11-21 09:28:34+00", "1.795253314e+09"), ("2026-11-21 10:58:34+01:30", "1.795253314e+09"),
    ("2000-02-29 00:00:00.5-01", "9.517860005e+08"), ("1969-12-31 23:59:59+00", "-1"),
  ])
func cellsAreNumbersAndTimes(cell: String, value: String) {
  let answer = ask([gauge("a", "v")], ["v"], [[cell]])
  #expect(show(answer) == ["a \(value)"])
  #expect(answer.problems.isEmpty)
}

@Test(arguments: ["", "abc", "01:00:00", "2026-13-01", "2026-11-21 09", "{1}", "12 kB"])
func invalidCellsAreReportedAndLeftOut(cell: String) {
  let answer = ask([gauge("a", "v"), gauge("b", "w")], ["v", "w"], [[cell, "1"]])
  #expect(show(answer) == ["b 1"])
  #expect(answer.problems.count == 1)
  #expect(answer.problems.first?.contains("\"v\"") == true)
}

@Test func nullHasTheValueThatTheMetricSets() {
  var zero = gauge("z", "v")
  zero.null = 0
  var absent = gauge("p", "v")
  absent.null = .nan
  #expect(show(ask([gauge("a", "v"), zero, absent], ["v"], [[nil]])) == ["p NaN", "z 0"])
}

@Test func textsAreMappedAndDurationsRead() {
  var mapped = gauge("m", "s", labels: ["k"])
  mapped.reading = .mapping(["on": 1, "off": 0])
  var duration = gauge("d_milliseconds", "t", labels: ["k"])
  duration.reading = .duration
  let answer = ask(
    [mapped, duration], ["k", "s", "t"],
    [["a", "on", "1h2m3.5s"], ["b", "??", "-1"], ["c", "off", "1µs"], ["d", nil, "5"]])
  #expect(
    show(answer) == [
      #"d_milliseconds{k="a"} 3.7235e+06"#, #"d_milliseconds{k="b"} NaN"#,
      #"d_milliseconds{k="c"} 0.001"#, #"d_milliseconds{k="d"} 5"#, #"m{k="a"} 1"#, #"m{k="c"} 0"#,
    ])
  #expect(answer.problemCount == 1)
}

@Test func arraysMakeAHistogram() {
  var histogram = gauge("h", "x", type: .histogram)
  histogram.reading = .histogram
  let columns = ["x", "x_bucket", "x_sum", "x_count"]
  let good = ask([histogram], columns, [["{0.1,1,10}", "{1,3,3}", "4.5", "4"]])
  #expect(
    show(good) == [
      #"h_bucket{le="0.1"} 1"#, #"h_bucket{le="1"} 3"#, #"h_bucket{le="10"} 3"#,
      #"h_bucket{le="+Inf"} 4"#, "h_sum 4.5", "h_count 4",
    ])
  #expect(good.seriesCount == 6)
  for cells in [
    ["{1,2}", "{1}", "1", "1"], ["{1,2}", "{2,1}", "1", "3"], ["{1,1}", "{1,1}", "1", "1"],
    ["{1}", "{5}", "1", "4"], ["1", "1", "1", "1"], ["{1,NULL}", "{1,1}", "1", "1"],
  ] {
    let bad = ask([histogram], columns, [cells])
    #expect(bad.families.isEmpty && bad.problems.count == 1, "\(cells)")
  }
}

@Test func severalColumnsDifferByALabel() {
  var metric = gauge("t", "read", labels: ["db"])
  metric.values.append(CustomMetric.Value(column: "written"))
  metric.valueLabel = "direction"
  metric.staticLabels = [Label(name: "unit", value: "pages")]
  metric.scale = 10
  #expect(
    show(ask([metric], ["db", "read", "written"], [["a", "1", "2"]])) == [
      #"t{db="a",unit="pages",direction="read"} 10"#,
      #"t{db="a",unit="pages",direction="written"} 20"#,
    ])
  var constant = gauge("c", "", labels: ["db"])
  constant.reading = .constant(1)
  #expect(show(ask([constant], ["db"], [["a"]])) == [#"c{db="a"} 1"#])
}

@Test func undeclaredColumnsAreUntypedIfTheyHoldNumbers() {
  let answer = ask([gauge("ns_a", "a")], ["a", "b", "?column?", "note"], [["1", "2", "3", "x"]]) {
    $0.undeclared = UndeclaredColumns(prefix: "ns", labels: [], known: ["a"])
  }
  #expect(show(answer) == ["ns__column_ 3", "ns_a 1", "ns_b 2"])
  #expect(answer.problems.isEmpty && answer.warnings.count == 2)
  #expect(answer.families.first { $0.name == "ns_b" }?.type == .unknown)
}

@Test func columnsOfOtherVersionsAreLeftOut() {
  var old = gauge("o", "v")
  old.versions = VersionRange(from: nil, before: 140_000)
  #expect(show(ask([old, gauge("n", "v")], ["v"], [["1"]])) == ["n 1"])
  #expect(show(ask([old, gauge("n", "v")], ["v"], [["1"]], version: 130_000)) == ["n 1", "o 1"])
}

@Test(
  arguments: [
    (.other, [#"a{k="r0"} 5"#, #"a{k="r1"} 4"#, #"a{k="other"} 6"#], 3),
    (.drop, [#"a{k="r0"} 5"#, #"a{k="r1"} 4"#], 3),
  ] as [(CustomQuery.Overflow, [String], Int)])
func rowsBeyondALimitAreDealtWith(
  overflow: CustomQuery.Overflow, lines: [String], left: Int
) {
  let rows = (0..<5).map { ["r\($0)", "\(5 - $0)"] }
  let byRows = ask([gauge("a", "v", labels: ["k"])], ["k", "v"], rows) {
    ($0.maxRows, $0.onOverflow) = (2, overflow)
  }
  #expect(show(byRows) == lines)
  #expect(byRows.overflowRows == left && byRows.rows == 5)
  let bySeries = ask([gauge("a", "v", labels: ["k"])], ["k", "v"], rows) {
    ($0.maxSeries, $0.onOverflow) = (overflow == .other ? 3 : 2, overflow)
  }
  #expect(show(bySeries) == lines)
  #expect(bySeries.seriesCount <= 3)
}

@Test func hostileLabelValuesAreEscapedAndShortened() {
  let long = String(repeating: "é", count: 400)
  let answer = ask(
    [gauge("a", "v", labels: ["k"])], ["k", "v"],
    [
      ["quote\" back\\ new\nline", "1"], ["\u{1B}[31mred\u{202E}", "2"], [long + "1", "3"],
      [long + "2", "4"], [nil, "5"], ["other\"} 1\nup 0", "6"],
    ])
  let lines = show(answer)
  #expect(lines.count == 6)
  #expect(lines[0] == "a{k=\"quote\\\" back\\\\ new\u{FFFD}line\"} 1")
  #expect(lines[1] == "a{k=\"\u{FFFD}[31mred\u{FFFD}\"} 2")
  #expect(lines.filter { $0.utf8.count > 280 }.isEmpty)
  #expect(Set(lines).count == 6, "long values that differ stay apart")
  #expect(lines[4] == "a{k=\"\"} 5" || lines[4] == "a 5")
  #expect(lines.allSatisfy { $0.hasPrefix("a{") || $0.hasPrefix("a ") })
}

@Test func equalLabelsAreNamedAndTheFirstRowIsShown() {
  let answer = ask([gauge("a", "v", labels: ["k"])], ["k", "v"], [["x", "1"], ["x", "2"]])
  #expect(show(answer) == [#"a{k="x"} 1"#])
  #expect(answer.problems.first?.contains("same labels") == true)
}

@Test func missingColumnsAreNamed() {
  let answer = ask([gauge("a", "v", labels: ["k"])], ["w"], [["1"]])
  #expect(answer.problems.count == 2)
}
