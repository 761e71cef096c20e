import MetricModel
import PromQLEngine

/// The series of a large matrix as chunks of JSON, which are written on all cores at once.
///
/// The chunks of a very large matrix are written one after another while the response is sent,
/// since the text takes several times the memory of the samples.
struct MatrixChunks: Sendable {
  private let series: ArraySlice<MatrixSeries>
  /// The series of each chunk.
  private let ranges: [Range<Int>]

  /// The number of points per chunk, which takes a millisecond or two to write.
  private static let pointsPerChunk = 1 << 14
  /// The number of points from which a matrix is written in chunks.
  private static let leastPoints = 1 << 16
  /// The number of points from which chunks are streamed. A shorter text, up to some 20 MB, is
  /// finished before it is sent: the client has it sooner.
  private static let leastStreamedPoints = 1 << 20

  /// Whether the chunks are written one after another while they are sent.
  let isStreamed: Bool

  /// Divides the series into chunks; `nil` for a matrix that is not large.
  init?(_ series: ArraySlice<MatrixSeries>) {
    self.series = series
    var ranges: [Range<Int>] = []
    var start = series.startIndex
    var (points, all) = (0, 0)
    for place in series.indices {
      points += series[place].values.count
      all += series[place].values.count
      if points >= Self.pointsPerChunk {
        ranges.append(start..<place + 1)
        (start, points) = (place + 1, 0)
      }
    }
    guard all >= Self.leastPoints else { return nil }
    if start < series.endIndex { ranges.append(start..<series.endIndex) }
    self.ranges = ranges
    isStreamed = all >= Self.leastStreamedPoints
  }

  /// Concatenates all chunks between two texts.
  func joined(from start: [UInt8], to end: [UInt8]) async -> [UInt8] {
    var chunks = await withTaskGroup(of: (number: Int, text: [UInt8]).self) { group in
      for number in ranges.indices { group.addTask { (number, chunk(number) ?? []) } }
      var chunks = [[UInt8]](repeating: [], count: ranges.count)
      for await (number, text) in group { chunks[number] = text }
      return chunks
    }
    var bytes = start
    bytes.reserveCapacity(chunks.reduce(start.count + end.count) { $0 + $1.count })
    for number in chunks.indices {
      bytes += chunks[number]
      chunks[number] = []
    }
    bytes += end
    return bytes
  }

  /// The JSON elements of chunk `number`, preceded by a comma unless it is the first; `nil` after
  /// the last chunk.
  func chunk(_ number: Int) -> [UInt8]? {
    guard number < ranges.count else { return nil }
    var json = JSONWriter()
    json.matrix(series[ranges[number]])
    let elements = json.bytes.dropFirst().dropLast()
    return number == 0 ? Array(elements) : [UInt8(ascii: ",")] + elements
  }

  /// The number of chunks.
  var count: Int { ranges.count }
}
