import MetricModel
import WebServer

/// The data of a good answer of the Prometheus API, with the texts that go beside it.
struct APIAnswer {
  /// Texts that say the data may be wrong or cut off.
  var warnings: [String] = []
  /// Texts worth knowing.
  var infos: [String] = []
  /// Writes exactly one value: what stands under `data`.
  let data: (inout JSONWriter) -> Void
  /// The series of a query's answer, which `data` wrote without them.
  var matrix: MatrixChunks?

  init(
    warnings: [String] = [], infos: [String] = [], data: @escaping (inout JSONWriter) -> Void
  ) {
    self.warnings = warnings
    self.infos = infos
    self.data = data
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

/// The envelope that every answer of the Prometheus API has (Q1).
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
    json.object { json in
      json.key("status")
      json.string("success")
      json.key("data")
      answer.data(&json)
      texts("warnings", answer.warnings, to: &json)
      texts("infos", answer.infos, to: &json)
    }
    guard let matrix = answer.matrix else { return .json(json.bytes) }
    return await filled(json.bytes, with: matrix)
  }

  /// What stands in front of the series of every matrix.
  private static let matrixStart = Array(
    #"{"status":"success","data":{"resultType":"matrix","result":["#.utf8)

  /// An answer with the series, behind them the end of the envelope.
  private static func filled(
    _ envelope: [UInt8], with matrix: MatrixChunks
  ) async -> HTTPResponse {
    assert(envelope.starts(with: matrixStart))
    let end = Array(envelope.dropFirst(matrixStart.count))
    guard matrix.isSentInParts else {
      return .json(await matrix.joined(from: matrixStart, to: end))
    }
    var response = HTTPResponse.json(matrixStart)
    response.parts = { number in number == matrix.count ? end : matrix.part(number) }
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
