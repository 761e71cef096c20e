import MetricModel
import StorageAPI

/// A series as it was selected.
struct HeldSeries: Sendable {
  /// Where it stands in the head.
  let slot: Int
  /// Which series of those that had the slot it is.
  let generation: UInt32
  /// The time of its last sample at the selection; later ones belong to no answer.
  let newest: Int64
}

/// The samples of a series as they were when it was taken hold of; reading takes no lock unless older chunks come from the database.
struct HeldSamples: Sendable {
  var open = OpenChunk()
  /// Where the codes of the open chunk stand among those of all series that were taken hold of together.
  var codes = 0..<0
  var cached: [SealedChunk] = []
  var late: SampleColumns?
  /// The time from which on all samples are in memory.
  var inMemoryFrom = Int64.max
  /// The place among the chunks that are in the database only; nil if none are wanted.
  var disk: Int?

  /// The newest sample; nil if it has to be looked for.
  var newest: (timestamp: Int64, value: Double)? {
    guard open.count > 0 else { return nil }
    return (open.last, Double(bitPattern: open.lastValue))
  }

  /// Appends the samples with times in `from...through` to the columns; `words` are the codes of all series.
  func read(
    _ words: Span<UInt64>, from: Int64, through: Int64, _ chunks: DiskChunks,
    into columns: inout SampleColumns
  ) throws(StorageError) {
    guard let late else { return try readOrdered(words, from, through, chunks, into: &columns) }
    var ordered = SampleColumns()
    try readOrdered(words, from, through, chunks, into: &ordered)
    let merged = SampleColumns.merging(ordered, late.within(from, through))
    columns.timestamps += merged.timestamps
    columns.values += merged.values
  }

  private func readOrdered(
    _ words: Span<UInt64>, _ from: Int64, _ through: Int64, _ chunks: DiskChunks,
    into columns: inout SampleColumns
  ) throws(StorageError) {
    if let disk, from < inMemoryFrom {
      // What is in memory is in the database as well.
      let end = min(through, inMemoryFrom - 1)
      for chunk in try chunks.chunks(at: disk)
      where !chunk.read(from: from, through: end, into: &columns) {
        chunks.foundDamage(chunk)
      }
    }
    for chunk in cached { _ = chunk.read(from: from, through: through, into: &columns) }
    open.read(words.extracting(codes), from: from, through: through, into: &columns)
  }
}
