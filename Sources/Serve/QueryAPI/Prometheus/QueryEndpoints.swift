import MetricModel
import PromQLEngine
import PromQLSyntax
import WebServer

/// `query`, `query_range`, `format_query`, `parse_query` and `query_exemplars`.
struct QueryEndpoints: Sendable {
  private let sources: APISources
  private let gate: QueryGate

  init(_ sources: APISources) {
    self.sources = sources
    gate = QueryGate(limit: sources.limits.concurrentQueries)
  }

  func register(in router: inout Router) {
    router.apiForm("query") { request throws(APIError) in try await instant(request) }
    router.apiForm("query_range") { request throws(APIError) in try await range(request) }
    router.apiForm("format_query") { request throws(APIError) in
      let text = try RequestParameters(request).expression().pretty
      return APIAnswer { $0.string(text) }
    }
    router.apiForm("parse_query") { request throws(APIError) in
      let expression = try RequestParameters(request).expression()
      return APIAnswer { $0.syntaxTree(expression) }
    }
    router.apiForm("query_exemplars") { request throws(APIError) in
      _ = try RequestParameters(request).expression()
      return APIAnswer.strings([])
    }
  }

  private func instant(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.limit()
    let time = try parameters.instant("time", default: sources.now())
    let engine = try engine(parameters)
    let expression = try parameters.expression()
    await gate.enter()
    defer { gate.leave() }
    do {
      return Self.answer(try await engine.instant(expression, at: time), limit: limit)
    } catch {
      throw APIError(error)
    }
  }

  private func range(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.limit()
    let start = try parameters.instant("start", default: nil)
    let end = try parameters.instant("end", default: nil)
    guard end >= start else {
      throw .invalidParameter("end", "end timestamp must not be before start time")
    }
    guard let step = try parameters.duration("step") else {
      throw .invalidParameter("step", "cannot parse \"\" to a valid duration")
    }
    guard step > 0 else {
      throw .invalidParameter(
        "step",
        "zero or negative query resolution step widths are not accepted. Try a positive integer")
    }
    guard end.milliseconds(since: start) / step <= sources.limits.stepsPerQuery else {
      throw APIError(
        .badData,
        "exceeded maximum resolution of \(grouped(sources.limits.stepsPerQuery)) points per "
          + "timeseries. Try decreasing the query resolution (?step=XX)")
    }
    let engine = try engine(parameters)
    let expression = try parameters.expression()
    await gate.enter()
    defer { gate.leave() }
    do {
      let result = try await engine.range(expression, from: start, through: end, step: step)
      return Self.answer(result, limit: limit)
    } catch {
      throw APIError(error)
    }
  }

  /// The engine with what the request asks for: a shorter timeout, another lookback.
  private func engine(_ parameters: RequestParameters) throws(APIError) -> QueryEngine {
    var options = sources.engine.options
    if let milliseconds = try parameters.duration("timeout") {
      let wanted = Duration.milliseconds(max(0, milliseconds))
      options.timeout = min(wanted, options.timeout ?? wanted)
    }
    if let lookback = try parameters.duration("lookback_delta"), lookback > 0 {
      options.lookback = lookback
    }
    return QueryEngine(querier: sources.engine.querier, options: options)
  }

  private static func answer(_ result: QueryResult, limit: Int?) -> APIAnswer {
    var warnings = result.warnings
    if let limit, result.value.seriesCount > limit {
      warnings.append("results truncated due to limit")
    }
    return APIAnswer(warnings: warnings, infos: result.infos) { json in
      json.queryValue(result.value, limit: limit ?? .max)
    }
  }

  /// A number with commas between thousands, as the message of Prometheus has it.
  private func grouped(_ number: Int) -> String {
    var digits = String(number)
    var result = ""
    while digits.count > 3 {
      result = "," + digits.suffix(3) + result
      digits.removeLast(3)
    }
    return digits + result
  }
}

extension QueryValue {
  fileprivate var seriesCount: Int {
    switch self {
    case .scalar, .string: 1
    case .vector(let elements, _): elements.count
    case .matrix(let series): series.count
    }
  }
}

extension JSONWriter {
  /// Writes a query's value, as rule 54 of the query reference wants it.
  mutating func queryValue(_ value: QueryValue, limit: Int = .max) {
    object { json in
      switch value {
      case .scalar(let number, let time):
        json.member("resultType", "scalar")
        json.key("result")
        json.point(time, number)
      case .string(let text, let time):
        json.member("resultType", "string")
        json.key("result")
        json.array { json in
          json.instant(time)
          json.string(text)
        }
      case .vector(let elements, let time):
        json.member("resultType", "vector")
        json.key("result")
        json.array { json in
          for element in elements.prefix(limit) { json.element(element, at: time) }
        }
      case .matrix(let series):
        json.member("resultType", "matrix")
        json.key("result")
        json.array { json in for one in series.prefix(limit) { json.series(one) } }
      }
    }
  }

  private mutating func element(_ element: VectorElement, at time: Timestamp) {
    object { json in
      json.key("metric")
      json.labels(element.labels)
      switch element.value {
      case .float(let number):
        json.key("value")
        json.point(time, number)
      }
    }
  }

  private mutating func series(_ series: MatrixSeries) {
    object { json in
      json.key("metric")
      json.labels(series.labels)
      json.key("values")
      json.array { json in
        for (time, value) in zip(series.timestamps, series.values) {
          switch value {
          case .float(let number): json.point(time, number)
          }
        }
      }
    }
  }

  private mutating func point(_ time: Timestamp, _ value: Double) {
    array { json in
      json.instant(time)
      json.sampleValue(value)
    }
  }
}
