import QueryScripts
import Testing

@Test(arguments: [
  ("lode 1m\n  a 1", "1: unknown command: lode 1m"),
  ("load 1m\n  a 1 x", "1: unknown value: x"),
  ("load 1m\n  a{b=\"c} 1", "1: unterminated text"),
  ("load 1m\n  a 1x9999999999", "1: more than 1000000 values"),
  ("load 0s\n  a 1", "1: invalid load command: load 0s"),
  ("eval sometime 1", "1: unknown evaluation: eval sometime 1"),
  ("eval instant at 1m 1\n  expect joy", "1: unknown expectation: expect joy"),
  ("eval instant at 1m 1\n  expect warn mesg: x", "1: neither msg: nor regex: mesg: x"),
  ("eval range from 5m to 1m step 1m 1", "1: invalid range: eval range from 5m to 1m step 1m 1"),
])
func unknownSyntaxIsAFailure(script: String, failure: String) async {
  let report = await ScriptRunner.run(Script(script))
  #expect(report.failures == [failure])
  #expect(report.passed == 0)
}

@Test(arguments: [
  "eval instant at 1m a\n  a{x=\"1\"} 1",
  "eval instant at 1m a\n  a{x=\"1\"} 1\n  a{x=\"2\"} 3",
  "eval instant at 1m sort(a)\n  expect ordered\n  a{x=\"2\"} 2\n  a{x=\"1\"} 1",
  "eval instant at 1m a\n  expect warn\n  a{x=\"1\"} 1\n  a{x=\"2\"} 2",
  "eval instant at 1m rate(a[2m])\n  expect no_info\n  {x=\"1\"} 0\n  {x=\"2\"} 0",
  "eval instant at 1m nix(a)\n  expect fail msg: no such thing",
  "eval instant at 1m a\n  expect fail",
  "eval range from 0 to 2m step 1m a\n  a{x=\"1\"} 1 1\n  a{x=\"2\"} 2 2 2",
])
func aWrongExpectationIsAFailure(evaluation: String) async {
  let script = "load 1m\n  a{x=\"1\"} 1x9\n  a{x=\"2\"} 2x9\n\n" + evaluation
  let report = await ScriptRunner.run(Script(script))
  #expect(report.failures.count == 1)
}

@Test func onlyCasesThatMeetANativeHistogramAreSkipped() async {
  let script = """
    load 1m
      a{x="1"} 1x9
      a{x="2"} {{count:1}}x9

    eval instant at 1m a
      a{x="1"} 1

    eval instant at 1m a{x="1"}
      a{x="1"} 1
    """
  let report = await ScriptRunner.run(Script(script))
  #expect((report.passed, report.skipped) == (1, 1))
  #expect(report.failures == [])
}

@Test func startTimestampsShowResetsAndZeros() async {
  let script = """
    load 1m
      a_total@st _ -30s -1ms -1m1ms
      a_total    _ 10   15   20

    eval instant at 3m increase(a_total[3m])
      expect no_warn
      {} 30

    eval instant at 3m resets(a_total[3m])
      {} 1

    eval instant at 2m start_timestamp(a_total)
      {} 119.999
    """
  let report = await ScriptRunner.run(Script(script))
  #expect(report.failures == [])
  #expect(report.passed == 3)
}
