import MetricModel
import PromQLEngine
import StorageAPI
import TestSupport
import WebServer

@testable import HTTPAPI

/// The API in a router, without a network.
struct APIFixture {
  let router: Router

  init(_ change: (inout APISources) -> Void = { _ in }) {
    let series: [(Labels, [(Int64, Double)])] = [
      (["__name__": "up", "job": "a", "instance": "1"], [(0, 1), (60_000, 1), (120_000, 0)]),
      (
        ["__name__": "up", "job": "a", "instance": "2"],
        [(0, 1), (60_000, .nan), (120_000, .infinity)]
      ),
      (["__name__": "size", "x.y": "\"q\"\n", "job": "b"], [(0, 0.25), (60_000, 1e21)]),
    ]
    let querier = MemoryQuerier(series) { selection in
      selection.matchers.contains { $0.value == "broken" } ? .damaged("chunk 7") : nil
    }
    var sources = APISources(engine: QueryEngine(querier: querier))
    sources.now = { Timestamp(rawValue: 120_500) }
    change(&sources)
    var router = Router()
    APIRoutes.routes(into: &router, sources: sources)
    self.router = router
  }

  /// Sends a request and returns status and text of the answer; with a body it is a POST.
  func ask(
    _ target: String, method: HTTPMethod = .get, body: String? = nil,
    type: String = "application/x-www-form-urlencoded"
  ) async throws -> (status: Int, text: String) {
    let request = try HTTPRequest(
      method: body == nil ? method : .post, target: target,
      headers: body == nil ? [:] : ["Content-Type": type], body: Array((body ?? "").utf8))
    let response = await router.respond(to: request)
    if target.hasPrefix("/api/v1") {
      precondition(response.headers["Content-Type"]?.contains("json") == true)
    }
    var bytes = response.body
    if let parts = response.parts {
      var number = 0
      while let part = parts(number) {
        bytes += part
        number += 1
      }
    }
    return (response.status, String(decoding: bytes, as: UTF8.self))
  }

  /// The value of `data`, as text.
  func data(_ target: String, body: String? = nil) async throws -> String {
    let (status, text) = try await ask("/api/v1/" + target, body: body)
    let prefix = "{\"status\":\"success\",\"data\":"
    guard status == 200, text.hasPrefix(prefix) else { throw Unexpected(text: "\(status) \(text)") }
    return String(text.dropFirst(prefix.count).dropLast())
  }

  struct Unexpected: Error { let text: String }
}
