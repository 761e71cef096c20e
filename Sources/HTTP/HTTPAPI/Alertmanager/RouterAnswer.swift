import MetricModel
import WebServer

/// Why a request of the Alertmanager API was refused: a status, and a text that is sent as a JSON
/// string, as Alertmanager does.
struct RouterAPIError: Error, Equatable {
  let status: Int
  let message: String

  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// The answers of the Alertmanager API, which have no envelope.
enum RouterAnswer {
  /// A handler whose errors are answered as JSON strings.
  static func wrap(
    _ handler: @escaping @Sendable (HTTPRequest) async throws(RouterAPIError) -> HTTPResponse
  ) -> HTTPHandler {
    { request in
      do throws(RouterAPIError) {
        return try await handler(request)
      } catch {
        var json = JSONWriter()
        json.string(error.message)
        return .json(json.bytes, status: error.status)
      }
    }
  }

  /// A JSON answer.
  static func json(_ body: (inout JSONWriter) -> Void) -> HTTPResponse {
    var json = JSONWriter()
    body(&json)
    return .json(json.bytes)
  }
}

/// Reads the parameters of the Alertmanager API.
struct RouterParameters {
  private let query: QueryParameters

  init(_ request: HTTPRequest) { query = request.query }

  /// A flag, which is true by default.
  ///
  /// - Throws: `RouterAPIError` for anything but a word for true or false.
  func flag(_ name: String) throws(RouterAPIError) -> Bool {
    switch query[name] {
    case nil, "", "true", "1", "t", "yes", "on", "y": return true
    case "false", "0", "f", "no", "off", "n": return false
    case let text?: throw RouterAPIError(400, "\(name) must be true or false: \"\(text)\"")
    }
  }

  /// The first value of a parameter; `nil` if it is missing, or empty, as amtool sends it.
  subscript(name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// All values of a parameter.
  func values(_ name: String) -> [String] { query.values(name) + query.values(name + "[]") }
}
