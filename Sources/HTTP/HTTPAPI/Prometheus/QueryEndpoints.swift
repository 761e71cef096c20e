import MetricModel
import PromQLEngine
import PromQLSyntax
import WebServer

/// `query`, `query_range`, `query_explain`, `format_query`, `parse_query` and `query_exemplars`.
struct QueryEndpoints: Sendable {
  let sources: APISources
  private let limiter: QueryLimiter

  init(_ sources: APISources) {
    self.sources = sources
    limiter = QueryLimiter(limit: sources.limits.concurrentQueries, sources.queryCounters)
  }

  func register(in router: inout Router) {
    router.apiForm("query") { request throws(APIError) in
      try await answer(request, isRange: false)
    }
    router.apiForm("query_range") { request throws(APIError) in
      try await answer(request, isRange: true)
    }
    router.apiForm("query_explain") { request throws(APIError) in try await explain(request) }
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

  private func answer(
    _ request: HTTPRequest, isRange: Bool
  ) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.limit()
    let query = try query(parameters, isRange: isRange)
    let stats = parameters["stats"].flatMap { $0.isEmpty ? nil : $0 }
    let (result, queued) = try await run(query, parameters, records: stats != nil)
    var warnings = result.warnings
    if let limit, result.value.seriesCount > limit {
      warnings.append("results truncated due to limit")
    }
    if let stats, stats != "true", stats != "all" {
      warnings.append(
        "value \(Expression.quoted(stats)) for parameter \"stats\" is deprecated and will be rejected "
          + "in the next major release, use \"true\" or \"all\"")
    }
    let statistics = QueryStatistics(result.profile, queued: queued, bySteps: stats == "all")
    return APIAnswer(
      warnings: Self.cut(warnings, "warning"), infos: Self.cut(result.infos, "info"),
      QueryValueJSON(result.value, limit: limit, statistics))
  }

  /// The first ten notes, and the number of the others.
  private static func cut(_ notes: [String], _ kind: String) -> [String] {
    guard notes.count > 10 else { return notes }
    return notes.prefix(10) + ["\(notes.count - 10) more \(kind) annotations omitted"]
  }

  /// The query of a request.
  struct Query: Sendable {
    let expression: Expression
    /// The instant, or the start of a range query.
    let start: Timestamp
    /// The end of a range query, and its step in milliseconds.
    var range: (end: Timestamp, step: Int64)?
  }

  /// Reads the parameters of `query` or `query_range`.
  func query(
    _ parameters: RequestParameters, isRange: Bool
  ) throws(APIError) -> Query {
    guard isRange else {
      let time = try parameters.instant("time", default: sources.now())
      return Query(expression: try parameters.expression(), start: time)
    }
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
    return Query(expression: try parameters.expression(), start: start, range: (end, step))
  }

  /// Runs a query after it has waited in the queue, which counts towards its timeout.
  func run(
    _ query: Query, _ parameters: RequestParameters, records: Bool
  ) async throws(APIError) -> (result: QueryResult, queued: Duration) {
    var options = try options(parameters)
    options.recordsProfile = records
    let timeout = options.timeout
    do {
      let start = ContinuousClock.now
      try await limiter.enter(within: timeout)
      defer { limiter.leave() }
      let queued = ContinuousClock.now - start
      options.timeout = timeout.map { max(.zero, $0 - queued) }
      let result = try await evaluate(query, options)
      sources.queryCounters.end(nil)
      return (result, queued)
    } catch {
      sources.queryCounters.end(error)
      // The client knows the whole timeout, not the rest of it after the queue.
      if case .timedOut = error, let timeout { throw APIError(.timedOut(after: timeout)) }
      throw APIError(error)
    }
  }

  private func evaluate(
    _ query: Query, _ options: QueryOptions
  ) async throws(QueryError) -> QueryResult {
    let engine = QueryEngine(querier: sources.engine.querier, options: options)
    guard let range = query.range else {
      return try await engine.instant(query.expression, at: query.start)
    }
    return try await engine.range(
      query.expression, from: query.start, through: range.end, step: range.step)
  }

  /// The engine's options with those of the request: a shorter timeout, another lookback.
  private func options(_ parameters: RequestParameters) throws(APIError) -> QueryOptions {
    var options = sources.engine.options
    if let milliseconds = try parameters.duration("timeout") {
      let wanted = Duration.milliseconds(max(0, milliseconds))
      options.timeout = min(wanted, options.timeout ?? wanted)
    }
    if let lookback = try parameters.duration("lookback_delta"), lookback > 0 {
      options.lookback = lookback
    }
    return options
  }

  /// A number with commas between thousands, as in the message of Prometheus.
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
  /// The number of series; 1 for a scalar or a string.
  var seriesCount: Int {
    switch self {
    case .scalar, .string: 1
    case .vector(let elements, _): elements.count
    case .matrix(let series): series.count
    }
  }
}
