import MetricModel
import PromQLEngine
import PromQLSyntax
import WebServer

extension QueryEndpoints {
  /// `query_explain`, which Prometheus does not have: runs a query and answers with its plan
  /// instead of its value. The parameters are those of `query`, or of `query_range` if there is a
  /// `start`.
  func explain(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let query = try query(parameters, isRange: parameters["start"] != nil)
    let (result, queued) = try await run(query, parameters, records: true)
    guard
      let statistics = QueryStatistics(result.profile, queued: queued, bySteps: false)
    else { throw APIError(.internalError, "the query was not recorded") }
    let text = query.expression.description
    return APIAnswer(warnings: result.warnings, infos: result.infos) { json in
      json.object { json in
        json.member("query", text)
        json.key("steps")
        json.integer(statistics.profile.steps)
        json.key("series")
        json.integer(result.value.seriesCount)
        json.key("plan")
        json.plan(statistics.profile.roots)
        json.statistics(statistics)
      }
    }
  }
}
