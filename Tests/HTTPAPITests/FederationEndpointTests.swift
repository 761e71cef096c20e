import MetricModel
import PromQLEngine
import Testing
import WebServer

@testable import HTTPAPI

struct FederationEndpointTests {
  private let fixture = APIFixture { $0.externalLabels = { ["job": "x", "site": "s"] } }

  @Test func writesTheNewestSampleOfEachSeries() async throws {
    let target = "/federate?match[]=up&match[]=%7Bjob=%22b%22%7D"
    let (status, text) = try await fixture.ask(target)
    #expect(status == 200)
    let expected = #"""
      # TYPE size untyped
      size{job="b",x_y="\"q\"\n",instance="",site="s"} 1e+21 60000
      # TYPE up untyped
      up{instance="1",job="a",site="s"} 0 120000
      up{instance="2",job="a",site="s"} +Inf 120000

      """#
    #expect(text == expected)
    // Quoted names are only sent to clients that accept them.
    let response = await fixture.router.respond(
      to: try .init(
        method: .get, target: target,
        headers: ["Accept": "text/plain;version=1.0.0;escaping=allow-utf-8"]))
    #expect(response.headers["Content-Type"]?.hasSuffix("escaping=allow-utf-8") == true)
    #expect(
      String(decoding: response.body, as: UTF8.self)
        == expected.replacing("x_y=", with: #""x.y"="#))
  }

  /// The store's samples are at 0, 60 and 120 s; it is 120.5 s.
  @Test(arguments: [
    (500, 2), (499, 0), (60_500, 3), (60_499, 2),
  ])
  func looksBackAsFarAsQueriesDo(lookback: Int64, count: Int) async throws {
    let fixture = APIFixture { sources in
      var options = QueryOptions()
      options.lookback = lookback
      sources.engine = QueryEngine(querier: sources.engine.querier, options: options)
    }
    let (_, text) = try await fixture.ask("/federate?match[]=%7B__name__!=%22%22%7D")
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.count == count, "\(text)")
  }

  @Test func withoutMatchersThePageIsEmpty() async throws {
    #expect(try await fixture.ask("/federate") == (200, ""))
    #expect(
      try await fixture.ask("/federate?match[]=%7B%7D")
        == (400, "match[] must contain at least one non-empty matcher\n"))
  }
}
