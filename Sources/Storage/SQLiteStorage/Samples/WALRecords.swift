package import MetricModel

/// The number of a series in the database; never reused.
package struct SeriesKey: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number.
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (left: SeriesKey, right: SeriesKey) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A series to be written: its number and its packed labels.
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

/// A series found on opening, with the time span of its chunks.
package struct StoredSeries: Sendable {
  package let key: SeriesKey
  package let labels: [UInt8]
  /// `nil` in rows written by version 0.1.
  package let checksum: UInt32?
  /// The first time in its chunks (or slightly before it) and the last one; `nil` if it has no
  /// chunks.
  package let span: ClosedRange<Timestamp>?
}

/// A batch of samples, in the format of the module that wrote it.
package struct WALRecord: Sendable {
  /// The position of the batch in the order of batches.
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
  /// The position of the chunk in the order of sealing since the start; not stored: 0 in what was
  /// read.
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
  /// Reduces a 64-bit checksum to 32 bits.
  package init(reducing check: UInt64) { self.init(truncatingIfNeeded: check ^ check >> 32) }
}

/// Everything that one transaction writes.
package struct WALWrites: Sendable {
  package var newSeries: [SeriesRow] = []
  package var removedSeries: [SeriesKey] = []
  package var chunks: [ChunkRow] = []
  package var rows: [WALRecord] = []

  package init() {}

  /// The approximate number of bytes of database pages written.
  var byteCount: Int {
    // A commit writes whole pages; the last ones are only partly filled.
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
