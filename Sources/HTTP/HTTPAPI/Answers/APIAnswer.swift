import MetricModel
import WebServer

/// The data of a successful answer of the Prometheus API, with warnings and infos.
struct APIAnswer {
  /// Warnings: the data may be wrong or incomplete.
  var warnings: [String] = []
  /// Infos: remarks on the expression.
  var infos: [String] = []
  /// The value of `data`.
  let data: Content

  /// Exactly one value of JSON.
  enum Content {
    case json((inout JSONWriter) -> Void)
    case query(QueryValueJSON)
  }

  init(
    warnings: [String] = [], infos: [String] = [], data: @escaping (inout JSONWriter) -> Void
  ) {
    self.warnings = warnings
    self.infos = infos
    self.data = .json(data)
  }

  init(warnings: [String], infos: [String], _ value: QueryValueJSON) {
    self.warnings = warnings
    self.infos = infos
    data = .query(value)
  }

  /// An array of strings.
  static func strings(_ strings: [String], warnings: [String] = []) -> APIAnswer {
    APIAnswer(warnings: warnings) { json in
      json.array { json in for text in strings { json.string(text) } }
    }
  }
}

/// Answers one request of the Prometheus API.
typealias APIHandler = @Sendable (HTTPRequest) async throws(APIError) -> APIAnswer

/// The envelope that every answer of the Prometheus API has: `status`, then `data` or the error.
enum Envelope {
  /// A handler that puts the answer, or the error, into the envelope.
  static func wrap(_ handler: @escaping APIHandler) -> HTTPHandler {
    { request in
      do throws(APIError) {
        return await success(try await handler(request))
      } catch {
        return failure(error)
      }
    }
  }

  private static func success(_ answer: APIAnswer) async -> HTTPResponse {
    var json = JSONWriter()
    var chunks: (series: MatrixChunks, place: Int)?
    json.object { json in
      json.key("status")
      json.string("success")
      json.key("data")
      switch answer.data {
      case .json(let write): write(&json)
      case .query(let value):
        if let place = value.write(to: &json), let series = value.chunks {
          chunks = (series, place)
        }
      }
      texts("warnings", answer.warnings, to: &json)
      texts("infos", answer.infos, to: &json)
    }
    guard let (series, place) = chunks else { return .json(json.bytes) }
    return await response(
      Array(json.bytes[..<place]), series, end: Array(json.bytes[place...]))
  }

  /// A response with the series of a large matrix between two texts.
  private static func response(
    _ start: [UInt8], _ series: MatrixChunks, end: [UInt8]
  ) async -> HTTPResponse {
    guard series.isStreamed else { return .json(await series.joined(from: start, to: end)) }
    var response = HTTPResponse.json(start)
    response.parts = { number in number == series.count ? end : series.chunk(number) }
    return response
  }

  private static func texts(_ key: String, _ texts: [String], to json: inout JSONWriter) {
    guard !texts.isEmpty else { return }
    json.key(key)
    json.array { json in for text in texts { json.string(text) } }
  }

  private static func failure(_ error: APIError) -> HTTPResponse {
    var json = JSONWriter()
    json.object { json in
      json.key("status")
      json.string("error")
      json.key("errorType")
      json.string(error.kind.rawValue)
      json.key("error")
      json.string(error.message)
    }
    return .json(json.bytes, status: error.kind.status)
  }
}
