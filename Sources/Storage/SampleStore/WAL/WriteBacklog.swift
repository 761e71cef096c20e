import SQLiteStorage

/// The pending writes, in order.
struct WriteBacklog: Sendable {
  /// The writes of one transaction.
  struct Slice: Sendable {
    fileprivate(set) var writes = WALWrites()
  }

  private var writes = WALWrites()
  /// The approximate number of pending bytes.
  private(set) var byteCount = 0

  /// The number of pending batches.
  var rowCount: Int { writes.rows.count }

  /// Whether batches are pending, or series that batches refer to.
  var hasBatches: Bool { !writes.rows.isEmpty || !writes.newSeries.isEmpty }

  /// Whether nothing is pending.
  var isEmpty: Bool { writes.isEmpty }

  /// Adds at the end.
  mutating func append(_ more: WALWrites) {
    writes.newSeries.append(contentsOf: more.newSeries)
    writes.removedSeries.append(contentsOf: more.removedSeries)
    writes.chunks.append(contentsOf: more.chunks)
    writes.rows.append(contentsOf: more.rows)
    byteCount += Self.bytes(more)
  }

  /// Takes the oldest writes of about so many bytes: series first, because chunks and batches refer
  /// to them; then batches, which a caller may wait for. The samples of later chunks are in the WAL
  /// until those are written.
  mutating func takeSlice(_ maximumBytes: Int) -> Slice {
    var slice = Slice()
    if byteCount <= maximumBytes {
      swap(&slice.writes, &writes)
      byteCount = 0
      return slice
    }
    var space = maximumBytes
    Self.move(from: &writes.newSeries, to: &slice.writes.newSeries, &space, Self.bytes(of:))
    if writes.newSeries.isEmpty {
      Self.move(from: &writes.rows, to: &slice.writes.rows, &space, Self.bytes(of:))
      Self.move(from: &writes.chunks, to: &slice.writes.chunks, &space, Self.bytes(of:))
    }
    if writes.newSeries.isEmpty, writes.chunks.isEmpty, writes.rows.isEmpty {
      let count = min(writes.removedSeries.count, Self.removalsTogether)
      slice.writes.removedSeries = Array(writes.removedSeries[..<count])
      writes.removedSeries.removeFirst(count)
    }
    byteCount -= Self.bytes(slice.writes)
    return slice
  }

  /// Puts a slice that could not be written back to the front.
  mutating func putBack(_ slice: Slice) {
    byteCount += Self.bytes(slice.writes)
    writes.newSeries = slice.writes.newSeries + writes.newSeries
    writes.removedSeries = slice.writes.removedSeries + writes.removedSeries
    writes.chunks = slice.writes.chunks + writes.chunks
    writes.rows = slice.writes.rows + writes.rows
  }

  /// Drops the oldest batches, and if those do not suffice the oldest chunks, until no more than so
  /// many bytes are pending.
  mutating func shrink(to maximumBytes: Int) -> (batches: Int, chunks: Int, chunksThrough: Int64) {
    var rows = 0
    while byteCount > maximumBytes, rows < writes.rows.count {
      byteCount -= Self.bytes(of: writes.rows[rows])
      rows += 1
    }
    writes.rows.removeFirst(rows)
    var chunks = 0
    var chunksThrough: Int64 = 0
    while byteCount > maximumBytes, chunks < writes.chunks.count {
      byteCount -= Self.bytes(of: writes.chunks[chunks])
      chunksThrough = writes.chunks[chunks].number
      chunks += 1
    }
    writes.chunks.removeFirst(chunks)
    return (rows, chunks, chunksThrough)
  }

  private static func move<Element>(
    from source: inout [Element], to target: inout [Element], _ space: inout Int,
    _ bytes: (Element) -> Int
  ) {
    var count = 0
    while count < source.count, space > 0 {
      space -= bytes(source[count])
      count += 1
    }
    target.append(contentsOf: source[..<count])
    source.removeFirst(count)
  }

  /// The number of series removed in a transaction; in the worst case each is in another row, which
  /// is read and rewritten.
  static let removalsTogether = 256

  private static func bytes(of removed: SeriesKey) -> Int { 512 }
  private static func bytes(of row: SeriesRow) -> Int { row.labels.count + 32 }
  private static func bytes(of row: ChunkRow) -> Int { row.samples.count + 96 }
  private static func bytes(of row: WALRecord) -> Int { row.samples.count + 48 }

  private static func bytes(_ writes: WALWrites) -> Int {
    writes.newSeries.reduce(0) { $0 + bytes(of: $1) }
      + writes.chunks.reduce(0) { $0 + bytes(of: $1) }
      + writes.rows.reduce(0) { $0 + bytes(of: $1) }
      + writes.removedSeries.reduce(0) { $0 + bytes(of: $1) }
  }
}
