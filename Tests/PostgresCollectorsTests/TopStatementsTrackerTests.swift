import Testing

@testable import PostgresCollectors

private func reading(_ id: Int64, rank: Int, calls: Double) -> StatementReading {
  StatementReading(
    key: StatementKey(userID: 1, databaseID: 1, queryID: id, user: "u", database: "d"), rank: rank,
    counts: StatementCounts(calls: calls))
}

private func take(
  _ tracker: TopStatementsTracker, _ readings: [StatementReading], total: Double
) -> [Int64: Double] {
  let sheet = tracker.take(readings, total: StatementCounts(calls: total))
  var shown = Dictionary(
    uniqueKeysWithValues: sheet.members.map { ($0.key.queryID, $0.counts.calls) })
  shown[0] = sheet.other.calls
  shown[-1] = sheet.total.calls
  return shown
}

@Test func statementsEnterSlowlyAndLeaveSlowly() {
  let tracker = TopStatementsTracker(limit: 1)
  #expect(
    take(tracker, [reading(7, rank: 1, calls: 10)], total: 15) == [7: 10, 0: 5, -1: 15])
  // 8 is on top from now on; 7 stays for five readings.
  for round in 1...4 {
    let calls = Double(10 + round)
    let shown = take(
      tracker, [reading(8, rank: 1, calls: calls * 2), reading(7, rank: 2, calls: calls)],
      total: calls * 3)
    #expect(shown[7] == calls && shown[8] == nil)
    #expect(shown[-1] == calls * 3)
  }
  let last = take(
    tracker, [reading(8, rank: 1, calls: 40), reading(7, rank: 2, calls: 15)], total: 55)
  #expect(last[7] == nil && last[8] == 0, "what 8 did before was counted with the others")
  let next = take(tracker, [reading(8, rank: 1, calls: 43)], total: 60)
  #expect(next[8] == 3)
}

@Test func countersNeverGoBack() {
  let tracker = TopStatementsTracker(limit: 2)
  var before = take(tracker, [reading(1, rank: 1, calls: 100)], total: 120)
  // A reset, then statements that the server forgot.
  for (calls, total) in [(2.0, 3.0), (4, 9), (4, 5), (6, 8)] {
    let now = take(tracker, [reading(1, rank: 1, calls: calls)], total: total)
    for (key, value) in before { #expect(now[key] ?? 0 >= value) }
    before = now
  }
  #expect(before[1] == 106)
}

@Test(
  arguments: [
    (["a*"], [], "abc", true), (["a*"], [], "bc", false), ([], ["*_test"], "x_test", false),
    ([], ["*_test"], "x_test2", true), (["?"], [], "é", true), (["?"], [], "ab", false),
    (["*"], ["*"], "a", false), ([], [], "any", true), (["a*b*c"], [], "aXbbYc", true),
    (["a*b*c"], [], "aXbY", false),
  ] as [([String], [String], String, Bool)])
func databasesPassTheFilter(
  include: [String], exclude: [String], name: String, passes: Bool
) {
  #expect(DatabaseFilter(include: include, exclude: exclude).contains(name) == passes)
}

@Test func aQueryThatOverrunsRestsLongerAndLonger() {
  let backoff = QueryBackoff()
  let start = ContinuousClock.now
  for _ in 0..<2 { backoff.overran("q", at: start) }
  #expect(!backoff.isResting("q", at: start))
  backoff.overran("q", at: start)
  #expect(backoff.isResting("q", at: start + .seconds(29)))
  #expect(!backoff.isResting("q", at: start + .seconds(30)))
  #expect(!backoff.isResting("other", at: start))
  for _ in 0..<20 { backoff.overran("q", at: start) }
  #expect(backoff.isResting("q", at: start + .seconds(899)))
  #expect(!backoff.isResting("q", at: start + .seconds(900)))
  backoff.succeeded("q")
  #expect(!backoff.isResting("q", at: start))
}

@Test(
  arguments: [
    (7, "total_time", "blk_read_time", "total_exec_time"),
    (8, "total_exec_time", "sum(blk_read_time)", "shared_blk_read_time"),
    (11, "total_exec_time", "shared_blk_read_time", "sum(blk_read_time)"),
  ] as [(Int, String, String, String)])
func columnsFollowTheExtensionNotTheServer(
  minor: Int, time: String, block: String, absent: String
) throws {
  let server = PostgresStatus(
    version: 170_000,
    extensions: [
      "pg_stat_statements": PostgresExtension(major: 1, minor: minor, schema: "\"a b\"")
    ])
  let sql = try #require(StatementsQuery().sql(for: server))
  #expect(sql.contains(time) && sql.contains(block) && !sql.contains(absent))
  #expect(sql.contains("FROM \"a b\".pg_stat_statements(false)"))
  #expect(StatementsQuery().sql(for: PostgresStatus(version: 170_000)) == nil)
}

@Test func extensionsAreReadFromLines() {
  #expect(
    PostgresStatus.extensions(
      listed: "pg_stat_statements 1.10 \"odd schema\"\npg_buffercache 1.4 x")
      == [
        "pg_stat_statements": PostgresExtension(major: 1, minor: 10, schema: "\"odd schema\""),
        "pg_buffercache": PostgresExtension(major: 1, minor: 4, schema: "x"),
      ])
  #expect(PostgresStatus.extensions(listed: "").isEmpty)
}
