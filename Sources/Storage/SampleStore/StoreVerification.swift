import MetricModel
package import SQLiteStorage
package import StorageAPI

/// Verifies everything in a sample file: pages, labels, WAL records, and every chunk decoded.
package struct StoreVerification: Sendable {
  /// The numbers of what was examined.
  package private(set) var series = 0
  package private(set) var chunks = 0
  package private(set) var samples = 0
  package private(set) var batches = 0
  /// The faults found, one line each; at most `limit` of them.
  package private(set) var findings: [String] = []
  /// The number of faults found.
  package private(set) var findingCount = 0

  private static let limit = 100

  package init(_ database: SampleDatabase) throws(StorageError) {
    for line in try database.findings() { note("pages: \(line)") }
    var known: Set<Int64> = []
    var verification = self
    do throws(StorageError) {
      try database.forEachSeries(damaged: { verification.note("\($0) cannot be read") }) { row in
        verification.series += 1
        known.insert(row.key.rawValue)
        if row.soundLabels == nil {
          verification.note("series \(row.key.rawValue): its labels are damaged")
        }
      }
      var last: (series: Int64, end: Int64) = (-1, .min)
      try database.forEachChunk(damaged: { verification.note("\($0) cannot be read") }) { row in
        verification.look(row)
        if row.series.rawValue == last.series, row.first.rawValue <= last.end {
          verification.note("\(Self.name(row)): overlaps the one before it of its series")
        }
        if !known.contains(row.series.rawValue) {
          verification.note("\(Self.name(row)): there is no such series")
        }
        last = (row.series.rawValue, row.last.rawValue)
      }
      try database.forEachRow { row in
        verification.batches += 1
        if !BatchDecoder.decode(row, { _, _, _, _ in }) {
          verification.note("batch \(row.sequence): damaged")
        }
      }
    } catch {
      guard case .damaged(let reason) = error else { throw error }
      verification.note(reason)
    }
    self = verification
  }

  private mutating func look(_ row: ChunkRow) {
    chunks += 1
    samples += row.count
    guard let chunk = SealedChunk(row) else {
      note("\(Self.name(row)): damaged")
      return
    }
    var columns = SampleColumns()
    guard chunk.read(from: .min, through: .max, into: &columns), columns.count == row.count,
      columns.timestamps.first == row.first.rawValue, columns.timestamps.last == row.last.rawValue
    else {
      note("\(Self.name(row)): cannot be decoded")
      return
    }
  }

  private static func name(_ chunk: ChunkRow) -> String {
    "the chunk of series \(chunk.series.rawValue) that begins at \(chunk.first.rfc3339)"
  }

  private mutating func note(_ finding: String) {
    findingCount += 1
    if findings.count < Self.limit { findings.append(finding) }
  }
}
