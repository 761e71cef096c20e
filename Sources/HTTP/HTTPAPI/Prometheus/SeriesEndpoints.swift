import MetricModel
import PromQLEngine
import StorageAPI
import WebServer

/// `series`, `labels` and `label/NAME/values`.
struct SeriesEndpoints: Sendable {
  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.apiForm("series") { request throws(APIError) in try await series(request) }
    router.apiForm("labels") { request throws(APIError) in try await names(request) }
    router.api("label/:name/values") { request throws(APIError) in try await values(request) }
  }

  private var querier: any SeriesQuerier { sources.engine.querier }

  private func series(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    guard !parameters.list("match").isEmpty else {
      throw APIError(.badData, "no match[] parameter provided")
    }
    let limit = try parameters.limit()
    let selections = try parameters.selections()
    var found: Set<Labels> = []
    for selection in selections {
      do {
        found.formUnion(try await querier.select(selection).labels)
      } catch {
        throw APIError(.storage(error))
      }
    }
    let sorted = found.sorted()
    return APIAnswer(warnings: Self.warnings(sorted.count, limit: limit)) { json in
      json.array { json in for labels in sorted.prefix(limit ?? .max) { json.labels(labels) } }
    }
  }

  private func names(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let limit = try parameters.limit()
    let selections = try parameters.selectionsOrRange()
    do {
      return Self.cut(try await querier.labelNames(selections), limit: limit)
    } catch {
      throw APIError(.storage(error))
    }
  }

  private func values(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let name = Self.decoded(request.pathParameters["name"] ?? "")
    guard !name.isEmpty else { throw APIError(.badData, "invalid label name: \"\"") }
    let limit = try parameters.limit()
    let selections = try parameters.selectionsOrRange()
    do {
      return Self.cut(try await querier.labelValues(of: name, selections), limit: limit)
    } catch {
      throw APIError(.storage(error))
    }
  }

  private static func cut(_ texts: [String], limit: Int?) -> APIAnswer {
    .strings(
      Array(texts.prefix(limit ?? .max)), warnings: warnings(texts.count, limit: limit))
  }

  private static func warnings(_ count: Int, limit: Int?) -> [String] {
    guard let limit, count > limit else { return [] }
    return ["results truncated due to limit"]
  }

  /// Decodes the escaping of names that do not fit into a path: `U__a_2e_b` is `a.b`.
  static func decoded(_ name: String) -> String {
    guard name.hasPrefix("U__") else { return name }
    var result = ""
    var rest = name.dropFirst(3)
    while let character = rest.popFirst() {
      guard character == "_" else {
        result.append(character)
        continue
      }
      if rest.first == "_" {
        rest.removeFirst()
        result.append("_")
        continue
      }
      guard let end = rest.firstIndex(of: "_"), let code = UInt32(rest[..<end], radix: 16),
        let scalar = Unicode.Scalar(code)
      else { return name }
      result.unicodeScalars.append(scalar)
      rest = rest[rest.index(after: end)...]
    }
    return result
  }
}
