import MetricModel
import PromQLEngine

/// The series of a large matrix as parts of JSON, which are written on all cores at once; those of a very large one while the answer
/// is sent: as text they take several times the memory of the samples.
struct MatrixChunks: Sendable {
  private let series: ArraySlice<MatrixSeries>
  /// Which series each part has.
  private let ranges: [Range<Int>]

  /// A part takes a millisecond or two to write.
  private static let pointsPerPart = 1 << 14
  /// Fewer points are not worth the parts.
  private static let leastPoints = 1 << 16
  /// The text of fewer points, up to some 20 MB, is made before it is sent: in one piece it is there sooner.
  private static let mostInOnePiece = 1 << 20

  /// Whether the parts are to be written one after another while they are sent.
  let isSentInParts: Bool

  /// Nil for a matrix that is not large.
  init?(_ series: ArraySlice<MatrixSeries>) {
    self.series = series
    var ranges: [Range<Int>] = []
    var start = series.startIndex
    var (points, all) = (0, 0)
    for place in series.indices {
      points += series[place].values.count
      all += series[place].values.count
      if points >= Self.pointsPerPart {
        ranges.append(start..<place + 1)
        (start, points) = (place + 1, 0)
      }
    }
    guard all >= Self.leastPoints else { return nil }
    if start < series.endIndex { ranges.append(start..<series.endIndex) }
    self.ranges = ranges
    isSentInParts = all >= Self.mostInOnePiece
  }

  /// All parts, one behind the other, between two texts.
  func joined(from start: [UInt8], to end: [UInt8]) async -> [UInt8] {
    var parts = await withTaskGroup(of: (number: Int, text: [UInt8]).self) { group in
      for number in ranges.indices { group.addTask { (number, part(number) ?? []) } }
      var parts = [[UInt8]](repeating: [], count: ranges.count)
      for await (number, text) in group { parts[number] = text }
      return parts
    }
    var bytes = start
    bytes.reserveCapacity(parts.reduce(start.count + end.count) { $0 + $1.count })
    for number in parts.indices {
      bytes += parts[number]
      parts[number] = []
    }
    bytes += end
    return bytes
  }

  /// The elements of the array that the part with a number has, with a comma in front where one belongs; nil behind the last part.
  func part(_ number: Int) -> [UInt8]? {
    guard number < ranges.count else { return nil }
    var json = JSONWriter()
    json.matrix(series[ranges[number]])
    let elements = json.bytes.dropFirst().dropLast()
    return number == 0 ? Array(elements) : [UInt8(ascii: ",")] + elements
  }

  /// How many parts there are.
  var count: Int { ranges.count }
}
