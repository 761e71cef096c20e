import AlertRouting
import MetricModel
import WebServer

/// `/api/v2/silences` and `/api/v2/silence/ID`.
struct SilenceEndpoints: Sendable {
  private let alertRouter: AlertRouter
  private let now: @Sendable () -> Timestamp

  init(_ alertRouter: AlertRouter, now: @escaping @Sendable () -> Timestamp) {
    self.alertRouter = alertRouter
    self.now = now
  }

  func register(in router: inout Router) {
    router.get(
      "/api/v2/silences",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await list(request) })
    router.post(
      "/api/v2/silences",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await set(request) })
    router.get(
      "/api/v2/silence/:id",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await one(request) })
    router.delete(
      "/api/v2/silence/:id",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await expire(request) })
  }

  private func list(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let parameters = RouterParameters(request)
    let matchers = try AlertFilter.matchers(parameters)
    let isWanted: [Silence.State: Bool] = [
      .active: try parameters.flag("active"), .pending: try parameters.flag("pending"),
      .expired: try parameters.flag("expired"),
    ]
    let now = now()
    let silences = await alertRouter.allSilences().filter { silence in
      isWanted[silence.state(at: now)] ?? true && matchers.allSatisfy(silence.matchers.contains)
    }
    return RouterAnswer.json { json in
      json.array { json in for silence in silences { json.silence(silence, at: now) } }
    }
  }

  private func set(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let wanted = try PostedSilence.silence(request.body)
    let id: String
    do {
      id = try await alertRouter.setSilence(wanted)
    } catch {
      throw RouterAPIError(error)
    }
    return RouterAnswer.json { json in json.object { $0.member("silenceID", id) } }
  }

  private func one(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let id = request.pathParameters["id"] ?? ""
    guard let silence = await alertRouter.silence(id) else {
      throw RouterAPIError(.unknown(id: id))
    }
    let now = now()
    return RouterAnswer.json { $0.silence(silence, at: now) }
  }

  private func expire(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    do {
      try await alertRouter.expireSilence(request.pathParameters["id"] ?? "")
    } catch {
      throw RouterAPIError(error)
    }
    return HTTPResponse(status: 200)
  }
}

extension RouterAPIError {
  fileprivate init(_ error: SilenceError) {
    let status =
      switch error {
      case .invalid, .limitReached: 400
      case .unknown: 404
      case .storage: 500
      case .unavailable: 503
      }
    self.init(status, String(describing: error))
  }
}

extension JSONWriter {
  fileprivate mutating func silence(_ silence: Silence, at now: Timestamp) {
    object { json in
      json.member("id", silence.id)
      json.key("status")
      json.object { $0.member("state", silence.state(at: now).rawValue) }
      json.member("updatedAt", silence.updatedAt.rfc3339)
      json.key("annotations")
      json.map(silence.annotations)
      json.member("comment", silence.comment)
      json.member("createdBy", silence.createdBy)
      json.member("endsAt", silence.endsAt.rfc3339)
      json.key("matchers")
      json.array { json in for matcher in silence.matchers { json.matcher(matcher) } }
      json.member("startsAt", silence.startsAt.rfc3339)
    }
  }

  private mutating func matcher(_ matcher: LabelMatcher) {
    object { json in
      json.key("isEqual")
      json.bool(matcher.operation == .equal || matcher.operation == .matches)
      json.key("isRegex")
      json.bool(matcher.operation == .matches || matcher.operation == .notMatches)
      json.member("name", matcher.name)
      json.member("value", matcher.value)
    }
  }
}
