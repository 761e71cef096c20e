package import MetricModel

/// The number of a series in the database; never given twice.
package struct SeriesKey: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number.
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (left: SeriesKey, right: SeriesKey) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A series as it is written: its number and its packed labels.
package struct SeriesRow: Sendable {
  package let key: SeriesKey
  package let labels: [UInt8]
  package let checksum: UInt32

  package init(key: SeriesKey, labels: [UInt8], checksum: UInt32) {
    self.key = key
    self.labels = labels
    self.checksum = checksum
  }
}

/// A series as it is found at start, with the time that its chunks span.
package struct StoredSeries: Sendable {
  package let key: SeriesKey
  package let labels: [UInt8]
  /// Nil in rows that version 0.1 wrote.
  package let checksum: UInt32?
  /// The first and the last time in its chunks, or a little before the first; nil if it has none.
  package let span: ClosedRange<Timestamp>?
}

/// A batch of samples, in the format of the room that wrote it.
package struct WALRecord: Sendable {
  /// The place of the batch in the order of batches.
  package let sequence: Int64
  package let checksum: UInt64
  package let samples: [UInt8]

  package init(sequence: Int64, checksum: UInt64, samples: [UInt8]) {
    self.sequence = sequence
    self.checksum = checksum
    self.samples = samples
  }
}

/// A sealed chunk of one series.
package struct ChunkRow: Sendable {
  /// The place of the chunk in the order of sealing since the start; not kept on disk, 0 in what was read.
  package let number: Int64
  package let series: SeriesKey
  package let first: Timestamp
  package let last: Timestamp
  package let count: Int
  package let encoding: Int
  package let checksum: UInt32
  package let samples: [UInt8]

  package init(
    number: Int64, series: SeriesKey, first: Timestamp, last: Timestamp, count: Int, encoding: Int,
    checksum: UInt32, samples: [UInt8]
  ) {
    self.number = number
    self.series = series
    self.first = first
    self.last = last
    self.count = count
    self.encoding = encoding
    self.checksum = checksum
    self.samples = samples
  }
}

extension UInt32 {
  /// A check of eight bytes in four.
  package init(folding check: UInt64) { self.init(truncatingIfNeeded: check ^ check >> 32) }
}

/// What is written in one transaction.
package struct WALWrites: Sendable {
  package var newSeries: [SeriesRow] = []
  package var removedSeries: [SeriesKey] = []
  package var chunks: [ChunkRow] = []
  package var rows: [WALRecord] = []

  package init() {}

  /// About how many bytes of pages are written.
  var byteCount: Int {
    // A commit writes whole pages, of which it fills the last ones only in part.
    var bytes = 32 << 10
    for row in newSeries { bytes += row.labels.count }
    for row in chunks { bytes += row.samples.count + 16 }
    for row in rows { bytes += row.samples.count + 4096 }
    return bytes + removedSeries.count * 1024
  }

  /// Whether there is nothing to write.
  package var isEmpty: Bool {
    newSeries.isEmpty && removedSeries.isEmpty && chunks.isEmpty && rows.isEmpty
  }
}
