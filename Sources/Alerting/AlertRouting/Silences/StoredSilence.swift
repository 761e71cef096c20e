import Foundation
import MetricModel
import StorageAPI

/// A silence as a row of the table `silences`.
struct StoredSilence: Codable {
  struct Matcher: Codable {
    let name: String
    let operation: String
    let value: String
  }

  let matchers: [Matcher]
  let startsAt: Int64
  let endsAt: Int64
  let updatedAt: Int64
  let createdBy: String
  let comment: String
  let annotations: [String: String]

  init(_ silence: Silence) {
    matchers = silence.matchers.map {
      Matcher(name: $0.name, operation: $0.operation.rawValue, value: $0.value)
    }
    startsAt = silence.startsAt.rawValue
    endsAt = silence.endsAt.rawValue
    updatedAt = silence.updatedAt.rawValue
    createdBy = silence.createdBy
    comment = silence.comment
    annotations = silence.annotations
  }

  /// The change that stores a silence.
  static func put(_ silence: Silence) throws -> StateChange {
    let row = try JSONEncoder().encode(StoredSilence(silence))
    return .put(.silences, key: silence.id, value: [UInt8](row))
  }

  /// Reads a row; nil if it cannot be read.
  static func silence(_ row: StateRow) -> Silence? {
    guard let stored = try? JSONDecoder().decode(StoredSilence.self, from: Data(row.value)) else {
      return nil
    }
    let matchers = stored.matchers.compactMap { matcher in
      LabelMatcher.Operation(rawValue: matcher.operation).flatMap {
        try? LabelMatcher(matcher.name, $0, matcher.value, of: .alertmanager)
      }
    }
    // A silence that lost a condition would silence more than was meant.
    guard matchers.count == stored.matchers.count else { return nil }
    return Silence(
      id: row.key, matchers: matchers, startsAt: Timestamp(rawValue: stored.startsAt),
      endsAt: Timestamp(rawValue: stored.endsAt),
      updatedAt: Timestamp(rawValue: stored.updatedAt), createdBy: stored.createdBy,
      comment: stored.comment, annotations: stored.annotations)
  }
}
