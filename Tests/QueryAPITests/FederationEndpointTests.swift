import MetricModel
import Testing

@testable import QueryAPI

struct FederationEndpointTests {
  private let desk = APIDesk { $0.externalLabels = { ["job": "x", "site": "s"] } }

  @Test func writesTheNewestSampleOfEachSeries() async throws {
    let (status, text) = try await desk.ask("/federate?match[]=up&match[]=%7Bjob=%22b%22%7D")
    #expect(status == 200)
    #expect(
      text == #"""
        # TYPE size untyped
        size{job="b",site="s","x.y"="\"q\"\n"} 1e+21 60000
        # TYPE up untyped
        up{instance="1",job="a",site="s"} 0 120000
        up{instance="2",job="a",site="s"} +Inf 120000

        """#)
  }

  @Test func wantsMatchers() async throws {
    #expect(try await desk.ask("/federate").status == 400)
    #expect(try await desk.ask("/federate?match[]=%7B%7D").status == 400)
  }
}
