import MetricModel
import PromQLEngine
import TestSupport
import Testing
import WebServer

@testable import HTTPAPI

struct QueryEndpointsTests {
  @Test(arguments: [
    ("1%2B1", #"{"resultType":"scalar","result":[120.5,"2"]}"#),
    ("%22a%22", #"{"resultType":"string","result":[120.5,"a"]}"#),
    ("nothing", #"{"resultType":"vector","result":[]}"#),
    (
      "up",
      #"{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"1","job":"a"},"value":[120.5,"0"]},{"metric":{"__name__":"up","instance":"2","job":"a"},"value":[120.5,"+Inf"]}]}"#
    ),
    (
      "size",
      #"{"resultType":"vector","result":[{"metric":{"__name__":"size","job":"b","x.y":"\"q\"\n"},"value":[120.5,"1e+21"]}]}"#
    ),
    (
      "up%7Binstance=%222%22%7D[90s]",
      #"{"resultType":"matrix","result":[{"metric":{"__name__":"up","instance":"2","job":"a"},"values":[[60,"NaN"],[120,"+Inf"]]}]}"#
    ),
  ])
  func instantQueries(query: String, data: String) async throws {
    #expect(try await APIFixture().data("query?query=" + query) == data)
  }

  @Test(arguments: [
    ("0", "[0,\"1\"]"), ("60.25", "[60.25,\"1\"]"), ("-1", nil), ("1.5e1", "[15,\"1\"]"),
    ("1970-01-01T00:00:01.25Z", "[1.25,\"1\"]"), ("1970-01-01T01:00:02%2B01:00", "[2,\"1\"]"),
  ])
  func timesAreParsed(time: String, point: String?) async throws {
    let data = try await APIFixture().data("query?query=up%7Binstance=%221%22%7D&time=" + time)
    if let point {
      #expect(data.contains("\"value\":\(point)"))
    } else {
      #expect(data == #"{"resultType":"vector","result":[]}"#)
    }
  }

  @Test func rangeQueriesByGetAndPost() async throws {
    let fixture = APIFixture()
    let expected =
      #"{"resultType":"matrix","result":[{"metric":{},"values":[[0,"2"],[60,"2"],[120,"2"]]}]}"#
    let form = "query=count(up)&start=0&end=120&step=1m"
    #expect(try await fixture.data("query_range?" + form) == expected)
    #expect(try await fixture.data("query_range", body: form) == expected)
    #expect(
      try await fixture.data("query_range?start=0&end=120", body: "query=count(up)&step=60.0")
        == expected)
    let scalar = try await fixture.data("query_range?query=3&start=0&end=1&step=1")
    #expect(
      scalar == #"{"resultType":"matrix","result":[{"metric":{},"values":[[0,"3"],[1,"3"]]}]}"#)
  }

  @Test func statisticsHavePrometheusShape() async throws {
    let fixture = APIFixture()
    #expect(try await !fixture.data("query?query=up").contains("stats"))
    #expect(try await !fixture.data("query?query=up&stats=").contains("stats"))
    let (_, other) = try await fixture.ask("/api/v1/query?query=up&stats=1")
    #expect(
      other.hasSuffix(
        #""warnings":["value \"1\" for parameter \"stats\" is deprecated and will be rejected in the "#
          + #"next major release, use \"true\" or \"all\""]}"#))
    #expect(other.contains(#""stats":{"#))
    let some = try await fixture.data("query?query=sum(up)&stats=true")
    let timings = [
      "evalTotalTime", "resultSortTime", "queryPreparationTime", "innerEvalTime", "execQueueTime",
      "execTotalTime",
    ]
    for name in timings { #expect(some.contains("\"\(name)\":")) }
    #expect(some.contains(#""samples":{"totalQueryableSamples":2,"samplesRead":"#))
    #expect(some.contains(#""peakSamples":"#))
    let all = try await fixture.data("query_range?query=sum(up)&start=0&end=120&step=60&stats=all")
    #expect(
      all.contains(
        #""samples":{"totalQueryableSamplesPerStep":[[0,2],[60,2],[120,2]],"totalQueryableSamples":6,"#
          + #""samplesReadPerStep":[[0,2],[60,2],[120,2]],"samplesRead":6,"peakSamples":"#))
  }

  @Test func explainReturnsThePlan() async throws {
    let fixture = APIFixture()
    let instant = try await fixture.data("query_explain?query=sum(up)")
    #expect(
      instant.hasPrefix(#"{"query":"sum(up)","steps":1,"series":1,"plan":[{"node":"sum","method":"#)
    )
    #expect(
      instant.contains(
        #""children":[{"node":"up","method":"newest sample of the last 5m","series":2,"#))
    let range = try await fixture.data("query_explain?query=up&start=0&end=120&step=60")
    #expect(range.contains(#""steps":3,"series":2"#))
    #expect(try await fixture.ask("/api/v1/query_explain?query=up&start=1").status == 400)
  }

  @Test func limitCutsTheResultWithAWarning() async throws {
    let (_, text) = try await APIFixture().ask("/api/v1/query?query=up&limit=1")
    #expect(text.hasSuffix(#""warnings":["results truncated due to limit"]}"#))
    #expect(!text.contains(#""instance":"2""#))
  }

  @Test func warningsAccompanyTheData() async throws {
    let (_, text) = try await APIFixture().ask("/api/v1/query?query=rate(size[5m])")
    #expect(text.contains(#""infos":["PromQL info: "#) || !text.contains("infos"))
  }

  @Test(arguments: [
    (
      "query", 400, "bad_data",
      "invalid parameter \"query\": unknown position: parse error: no expression found in input"
    ),
    (
      "query?query=sum(1)", 400, "bad_data",
      "invalid parameter \"query\": 1:5: parse error: expected type instant vector in aggregation expression, got scalar"
    ),
    (
      "query?query=up&time=x", 400, "bad_data",
      "invalid parameter \"time\": invalid time value for 'time': cannot parse \"x\" to a valid timestamp"
    ),
    (
      "query?query=up&timeout=x", 400, "bad_data",
      "invalid parameter \"timeout\": cannot parse \"x\" to a valid duration"
    ),
    (
      "query?query=up&limit=x", 400, "bad_data",
      "invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax"
    ),
    (
      "query?query=up&limit=99999999999999999999", 400, "bad_data",
      "invalid parameter \"limit\": strconv.Atoi: parsing \"99999999999999999999\": value out of range"
    ),
    (
      "labels?limit=-1", 400, "bad_data",
      "invalid parameter \"limit\": limit must be non-negative"
    ),
    (
      "query_range?query=up&start=x&end=1&step=1", 400, "bad_data",
      "invalid parameter \"start\": cannot parse \"x\" to a valid timestamp"
    ),
    (
      "query_range?query=up&start=0&end=11001&step=1", 400, "bad_data",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"
    ),
    (
      "query_range?query=up&start=2&end=1&step=1", 400, "bad_data",
      "invalid parameter \"end\": end timestamp must not be before start time"
    ),
    (
      "query_range?query=up&start=0&end=1&step=0", 400, "bad_data",
      "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive integer"
    ),
    (
      "query_range?query=up&start=0&end=1&step=x", 400, "bad_data",
      "invalid parameter \"step\": cannot parse \"x\" to a valid duration"
    ),
    (
      "query_range?query=up&start=0&end=1&step=1e30", 400, "bad_data",
      "invalid parameter \"step\": cannot parse \"1e30\" to a valid duration. It overflows int64"
    ),
    (
      "query_range?query=up&end=1&step=1", 400, "bad_data",
      "invalid parameter \"start\": cannot parse \"\" to a valid timestamp"
    ),
    (
      "query_range?query=%22a%22&start=0&end=1&step=1", 400, "bad_data",
      "invalid expression type \"string\" for range query, must be Scalar or instant Vector"
    ),
    ("query?query=broken", 500, "internal", "damaged store: chunk 7"),
    ("series?limit=x", 400, "bad_data", "no match[] parameter provided"),
    (
      "labels?match[]=%7B%7D", 400, "bad_data",
      "match[] must contain at least one non-empty matcher"
    ),
    (
      "label/job/values?match[]=up%7B", 400, "bad_data",
      "1:4: parse error: unexpected end of input inside braces"
    ),
    ("targets/metadata?limit=x", 400, "bad_data", "limit must be a number"),
    (
      "targets/metadata?match_target=%7B", 400, "bad_data",
      "invalid parameter \"match_target\": 1:2: parse error: unexpected end of input inside braces"
    ),
    (
      "rules?group_limit=x", 400, "bad_data",
      "invalid parameter \"group_limit\": group_limit needs to be a valid number: strconv.ParseInt: parsing \"x\": invalid syntax"
    ),
    (
      "rules?group_limit=0", 400, "bad_data",
      "invalid parameter \"group_limit\": group_limit needs to be greater than 0"
    ),
    (
      "rules?group_next_token=a", 400, "bad_data",
      "invalid parameter \"group_next_token\": group_limit needs to be present in order to paginate over the groups"
    ),
    ("metadata?limit_per_metric=x", 400, "bad_data", "limit_per_metric must be a number"),
    ("status/tsdb?limit=0", 400, "bad_data", "limit must be a positive number"),
    ("status/tsdb?limit=x", 400, "bad_data", "limit must be a positive number"),
    ("status/tsdb?limit=10001", 400, "bad_data", "limit must not exceed 10000"),
    (
      "series?match[]=%7B%7D", 400, "bad_data",
      "invalid parameter \"match[]\": match[] must contain at least one non-empty matcher"
    ),
    (
      "labels?start=x", 400, "bad_data",
      "invalid parameter \"start\": invalid time value for 'start': cannot parse \"x\" to a valid timestamp"
    ),
    ("rules?type=x", 400, "bad_data", "invalid parameter \"type\": not supported value \"x\""),
    ("metadata?limit=x", 400, "bad_data", "limit must be a number"),
    (
      "format_query?query=sum(1)", 400, "bad_data",
      "invalid parameter \"query\": 1:5: parse error: expected type instant vector in aggregation expression, got scalar"
    ),
  ])
  func errors(target: String, status: Int, type: String, message: String) async throws {
    let answer = try await APIFixture().ask("/api/v1/" + target)
    let quoted = message.replacing("\"", with: "\\\"")
    #expect(answer.status == status)
    #expect(
      answer.text == #"{"status":"error","errorType":"\#(type)","error":"\#(quoted)"}"#)
  }

  @Test func duplicateSeriesAreAnExecutionError() async throws {
    let query = "up*on()group_left()up"
    let answer = try await APIFixture().ask("/api/v1/query?query=" + query)
    #expect(answer.status == 422)
    #expect(answer.text.contains("\"errorType\":\"execution\""))
  }

  @Test func formatsQueries() async throws {
    #expect(
      try await APIFixture().data("format_query?query=sum(up)by(job)") == "\"sum by (job) (up)\"")
    #expect(try await APIFixture().data("query_exemplars?query=up") == "[]")
  }

  @Test func otherMethodsAndPathsAreRefused() async throws {
    #expect(try await APIFixture().ask("/metrics/x").status == 404)
    #expect(try await APIFixture().ask("/alertmanager/api/v2/status").status == 404)
    var router = APIFixture().router
    router.notFound = { _ in .text("no", status: 404) }
    let response = await router.respond(to: try .init(method: .delete, target: "/api/v1/query"))
    #expect(response.status == 405)
  }

  @Test func concurrentQueriesWaitForTheirTurn() async throws {
    let counters = QueryCounters()
    let limiter = QueryLimiter(limit: 2, counters)
    try await limiter.enter(within: nil)
    try await limiter.enter(within: nil)
    async let third: Void = limiter.enter(within: nil)
    try await eventually("one waits") { counters.snapshot.waiting == 1 }
    limiter.leave()
    try await third
    #expect((counters.snapshot.running, counters.snapshot.waiting) == (2, 0))
    limiter.leave()
    limiter.leave()
    try await limiter.enter(within: nil)
    try await limiter.enter(within: nil)
  }

  @Test func aQueryLeavesTheQueueOnTimeoutOrCancellation() async throws {
    let counters = QueryCounters()
    let limiter = QueryLimiter(limit: 1, counters)
    try await limiter.enter(within: nil)
    let error = await #expect(throws: QueryError.self) {
      try await limiter.enter(within: .milliseconds(10))
    }
    #expect(error == .timedOut(after: .milliseconds(10)))
    let cancelled = Task { try await limiter.enter(within: .seconds(600)) }
    try await eventually("it waits") { counters.snapshot.waiting == 1 }
    cancelled.cancel()
    await #expect(throws: QueryError.cancelled) { try await cancelled.value }
    #expect((counters.snapshot.running, counters.snapshot.waiting) == (1, 0))
    limiter.leave()
    try await limiter.enter(within: nil)
  }

  @Test(arguments: [
    (0, "0e+00"), (1, "1e+00"), (15, "1.5e+01"), (-0.000123, "-1.23e-04"), (1e100, "1e+100"),
    (123456789.5, "1.234567895e+08"), (.infinity, "+Inf"), (.nan, "NaN"),
    (.leastNonzeroMagnitude, "5e-324"),
  ])
  func valuesHaveAnExponent(value: Double, text: String) {
    #expect(ScientificText.string(value) == text)
  }
}
