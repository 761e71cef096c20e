import Foundation
import MetricModel
import StorageAPI

/// An alert in the body of `POST /api/v2/alerts`.
struct PostedAlert: Decodable {
  let labels: [String: String]
  let annotations: [String: String]?
  let startsAt: String?
  let endsAt: String?
  let generatorURL: String?

  /// The highest number of alerts in one request.
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

  /// Creates the alert. A missing start is set to the end, or to now; a missing end is set to now
  /// plus the resolve timeout, as in Alertmanager.
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

  /// Parses a time; `nil` if it is missing, or the year 1, which is Go's zero time.
  static func time(_ text: String?, _ name: String) throws(RouterAPIError) -> Timestamp? {
    guard let text, !text.isEmpty, !text.hasPrefix("0001-01-01T00:00:00") else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw RouterAPIError(400, "\(name) is no RFC 3339 time: \"\(text)\"")
    }
    return time
  }

  /// The reason of a decoding error, in one line.
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
