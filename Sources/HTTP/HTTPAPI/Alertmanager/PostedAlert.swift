import Foundation
import MetricModel
import StorageAPI

/// An alert as it is sent to `POST /api/v2/alerts`.
struct PostedAlert: Decodable {
  let labels: [String: String]
  let annotations: [String: String]?
  let startsAt: String?
  let endsAt: String?
  let generatorURL: String?

  /// The most alerts that one request may send.
  static let limit = 50_000

  /// Reads the body of a request.
  static func list(_ body: [UInt8]) throws(RouterAPIError) -> [PostedAlert] {
    let alerts: [PostedAlert]
    do {
      alerts = try JSONDecoder().decode([PostedAlert].self, from: Data(body))
    } catch {
      throw RouterAPIError(400, "the body is no list of alerts: \(Self.reason(error))")
    }
    guard alerts.count <= limit else {
      throw RouterAPIError(400, "limit reached: alerts per request = \(limit)")
    }
    return alerts
  }

  /// The alert with the times that were left out (I1).
  func alert(
    at now: Timestamp, resolveTimeout: PrometheusDuration
  ) throws(RouterAPIError) -> Alert {
    let start = try Self.time(startsAt, "startsAt")
    let end = try Self.time(endsAt, "endsAt")
    return Alert(
      labels: Labels(labels), annotations: Labels(annotations ?? [:]),
      startsAt: start ?? end ?? now,
      endsAt: end ?? now.adding(milliseconds: resolveTimeout.rawValue), endsByTimeout: end == nil,
      generatorURL: generatorURL ?? "", updatedAt: now)
  }

  /// Reads a time; nil if it is left out, or the year 1, by which Go says the same.
  static func time(_ text: String?, _ name: String) throws(RouterAPIError) -> Timestamp? {
    guard let text, !text.isEmpty, !text.hasPrefix("0001-01-01T00:00:00") else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw RouterAPIError(400, "\(name) is no RFC 3339 time: \"\(text)\"")
    }
    return time
  }

  /// What a decoder says of a body, in one line.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return path(context) + context.debugDescription
    case .keyNotFound(let key, let context): return path(context) + "no \(key.stringValue)"
    @unknown default: return "\(error)"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return path.isEmpty ? "" : path.joined(separator: ".") + ": "
  }
}
