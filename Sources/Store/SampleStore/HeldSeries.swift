import MetricModel
import StorageAPI

/// A series as it was when it was selected; reading takes no lock unless older chunks come from the database.
final class HeldSeries: SelectedSeries {
  let labels: Labels
  private let open: OpenChunk
  private let cached: [SealedChunk]
  private let late: SampleColumns?
  private let inMemoryFrom: Int64
  private let disk: (chunks: DiskChunks, place: Int)?

  init(
    labels: Labels, open: OpenChunk, cached: [SealedChunk], late: SampleColumns?,
    inMemoryFrom: Int64,
    disk: (DiskChunks, Int)?
  ) {
    self.labels = labels
    self.open = open
    self.cached = cached
    self.late = late
    self.inMemoryFrom = inMemoryFrom
    self.disk = disk
  }

  func read(
    from: Timestamp, through: Timestamp, into columns: inout SampleColumns
  ) throws(StorageError) {
    let from = from.rawValue
    let through = through.rawValue
    if from > through { return }
    guard let late else { return try readOrdered(from, through, into: &columns) }
    var ordered = SampleColumns()
    try readOrdered(from, through, into: &ordered)
    let merged = SampleColumns.merging(ordered, late.within(from, through))
    columns.timestamps += merged.timestamps
    columns.values += merged.values
  }

  private func readOrdered(
    _ from: Int64, _ through: Int64, into columns: inout SampleColumns
  ) throws(StorageError) {
    if let disk, from < inMemoryFrom {
      // What is in memory is in the database as well.
      let end = min(through, inMemoryFrom - 1)
      for chunk in try disk.chunks.chunks(at: disk.place)
      where !chunk.read(from: from, through: end, into: &columns) {
        disk.chunks.foundDamage(chunk)
      }
    }
    for chunk in cached { _ = chunk.read(from: from, through: through, into: &columns) }
    open.read(from: from, through: through, into: &columns)
  }
}
