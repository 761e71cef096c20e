import Foundation
import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization
import TestSupport
import Testing

@testable import SampleStore

/// A store in a temporary folder.
final class StoreFixture: Sendable {
  let directory: TemporaryDirectory
  let store: SampleStore

  init(
    settings: SampleStoreSettings = SampleStoreSettings(),
    report: @escaping @Sendable (StorageEvent) -> Void = { _ in }
  ) async throws {
    directory = try TemporaryDirectory()
    store = try await SampleStore.open(
      in: StorageFolder(path: directory.file("data")), settings: settings, report: report)
  }

  /// Opens the state after a `kill -9` at this moment: a copy of the open database's files.
  ///
  /// The log is copied last: as long as it is not checkpointed, which small tests do not reach,
  /// acknowledged batches are in it whole, and the batch that is being written may be torn.
  func afterKill(
    settings: SampleStoreSettings = SampleStoreSettings(),
    report: @escaping @Sendable (StorageEvent) -> Void = { _ in }
  ) async throws -> SampleStore {
    let image = directory.file("image-\(UInt64.random(in: 0 ... .max))")
    let files = FileManager.default
    try files.createDirectory(atPath: image, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: directory.file("data")).sorted()
    where name.hasSuffix(".db") || name.hasSuffix("-wal") {
      try files.copyItem(atPath: directory.file("data/\(name)"), toPath: "\(image)/\(name)")
    }
    return try await SampleStore.open(
      in: StorageFolder(path: image), settings: settings, report: report)
  }
}

extension SampleStore {
  /// Appends samples of one series, given as pairs of milliseconds and value.
  @discardableResult
  func append(_ labels: Labels, _ samples: [(Int64, Double)]) async throws -> AppendOutcome {
    let id = try #require(try await series(for: [labels]).first)
    var batch = SampleBatch()
    for (time, value) in samples { batch.append(id, at: Timestamp(rawValue: time), value) }
    return try await append(batch)
  }

  /// All samples of all series that match, in the range.
  func samples(
    _ matchers: [LabelMatcher] = [], from: Int64 = .min, through: Int64 = .max
  ) async throws -> [Labels: SampleColumns] {
    let from = Timestamp(rawValue: from)
    let through = Timestamp(rawValue: through)
    var found: [Labels: SampleColumns] = [:]
    let selected = try await select(
      SeriesSelection(matchers: matchers, from: from, through: through))
    for (place, labels) in selected.labels.enumerated() {
      var columns = SampleColumns()
      try selected.read(place, from: from, through: through, into: &columns)
      if columns.count > 0 { found[labels] = columns }
    }
    return found
  }

  /// The times and values of one series.
  func samples(of labels: Labels) async throws -> [[Double]] {
    let columns = try await samples(labels.map { LabelMatcher($0.name, equals: $0.value) })[labels]
    guard let columns else { return [] }
    return columns.timestamps.indices.map { [Double(columns.timestamps[$0]), columns.values[$0]] }
  }
}

extension SampleStoreSettings {
  /// Small chunks, so that a test reaches the edges between them.
  static var small: SampleStoreSettings {
    var settings = SampleStoreSettings()
    settings.samplesPerChunk = 8
    settings.maximumOpenAge = .seconds(100)
    settings.cachedAge = .seconds(50)
    return settings
  }
}

/// Records the events of a store.
final class EventRecorder: Sendable {
  private let events = Mutex<[StorageEvent]>([])

  var all: [StorageEvent] { events.withLock { $0 } }

  func add(_ event: StorageEvent) { events.withLock { $0.append(event) } }
}
