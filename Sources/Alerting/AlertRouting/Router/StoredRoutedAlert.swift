import Foundation
import MetricModel
import StorageAPI

/// An alert as a row of the table `alerts`.
struct StoredRoutedAlert: Codable {
  let labels: [String: String]
  let annotations: [String: String]
  let startsAt: Int64
  let endsAt: Int64
  let endsByTimeout: Bool
  let generatorURL: String
  let updatedAt: Int64

  private init(_ alert: Alert) {
    labels = alert.labels.dictionary
    annotations = alert.annotations.dictionary
    startsAt = alert.startsAt.rawValue
    endsAt = alert.endsAt.rawValue
    endsByTimeout = alert.endsByTimeout
    generatorURL = alert.generatorURL
    updatedAt = alert.updatedAt.rawValue
  }

  private static func key(_ labels: Labels) -> String { Fingerprint.text(labels.fingerprint) }

  /// The change that stores an alert.
  static func put(_ alert: Alert) throws -> StateChange {
    let row = try JSONEncoder().encode(StoredRoutedAlert(alert))
    return .put(.alerts, key: key(alert.labels), value: [UInt8](row))
  }

  /// The change that removes an alert.
  static func delete(_ alert: Alert) -> StateChange { .delete(.alerts, key: key(alert.labels)) }

  /// Reads a row; nil if it cannot be read.
  static func alert(_ row: StateRow) -> Alert? {
    guard
      let stored = try? JSONDecoder().decode(StoredRoutedAlert.self, from: Data(row.value))
    else { return nil }
    return Alert(
      labels: Labels(stored.labels), annotations: Labels(stored.annotations),
      startsAt: Timestamp(rawValue: stored.startsAt), endsAt: Timestamp(rawValue: stored.endsAt),
      endsByTimeout: stored.endsByTimeout, generatorURL: stored.generatorURL,
      updatedAt: Timestamp(rawValue: stored.updatedAt))
  }
}
