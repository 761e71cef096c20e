import AlertRouting
import Foundation
import MetricModel

/// A silence in the body of `POST /api/v2/silences`.
struct PostedSilence: Decodable {
  struct Matcher: Decodable {
    let name: String
    let value: String
    let isRegex: Bool
    let isEqual: Bool?

    func matcher() throws(RouterAPIError) -> LabelMatcher {
      let operation: LabelMatcher.Operation =
        isEqual ?? true ? (isRegex ? .matches : .equal) : (isRegex ? .notMatches : .notEqual)
      do {
        return try LabelMatcher(name, operation, value, of: .alertmanager)
      } catch {
        throw RouterAPIError(400, "matcher \(name): \(error)")
      }
    }
  }

  let id: String?
  let matchers: [Matcher]
  let startsAt: String
  let endsAt: String
  let createdBy: String
  let comment: String
  let annotations: [String: String]?

  /// Reads the body of a request.
  static func silence(_ body: [UInt8]) throws(RouterAPIError) -> Silence {
    let posted: PostedSilence
    do {
      posted = try JSONDecoder().decode(PostedSilence.self, from: Data(body))
    } catch {
      throw RouterAPIError(400, "the body is no silence: \(PostedAlert.reason(error))")
    }
    var matchers: [LabelMatcher] = []
    for matcher in posted.matchers { matchers.append(try matcher.matcher()) }
    guard let startsAt = try PostedAlert.time(posted.startsAt, "startsAt") else {
      throw RouterAPIError(400, "startsAt is missing")
    }
    guard let endsAt = try PostedAlert.time(posted.endsAt, "endsAt") else {
      throw RouterAPIError(400, "endsAt is missing")
    }
    return Silence(
      id: posted.id ?? "", matchers: matchers, startsAt: startsAt, endsAt: endsAt,
      createdBy: posted.createdBy, comment: posted.comment, annotations: posted.annotations ?? [:])
  }
}
