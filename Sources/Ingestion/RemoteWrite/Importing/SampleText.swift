import ExpositionFormat
import Foundation
import MetricModel

/// Reads a file of samples in blocks of whole lines, so that the file may be larger than memory.
///
/// Two formats are understood: OpenMetrics, as `promtool tsdb create-blocks-from openmetrics` reads
/// it and `promtool tsdb dump-openmetrics` writes it; and the output of `promtool tsdb dump`, which
/// has one line `{__name__="up", job="a"} 1 1700000000000` per sample, times in milliseconds, and
/// no `# EOF`.
struct SampleText {
  /// The number of bytes of one read.
  static let blockBytes = 1 << 20
  /// The maximum length of a line, in bytes.
  static let lineBytes = 16 << 20

  /// The samples of one block, as columns; `series` holds indices into ``SampleText/labels``.
  struct Block {
    var series: [Int] = []
    var timestamps: [Timestamp] = []
    var values: [Double] = []
  }

  private let file: FileHandle
  private let name: String
  private let format: ExpositionTextFormat
  private var rest: [UInt8] = []
  private var linesBefore = 0
  private var numbers: [[UInt8]: Int] = [:]
  private var hasEnded = false
  /// The labels of all series read so far.
  private(set) var labels: [Labels] = []
  /// The number of bytes read so far.
  private(set) var bytesRead = 0

  /// Opens a file; errors name it by its path.
  init(path: String) throws(OpenMetricsImport.Failure) {
    do {
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      name = path
      let start = try file.read(upToCount: 512) ?? Data()
      try file.seek(toOffset: 0)
      format = start.starts(with: Array("{__name__=\"".utf8)) ? .text : .openMetrics
    } catch {
      throw .unreadable("\(path): \(error.localizedDescription)")
    }
  }

  /// Returns the samples of the next block; nil at the end of the file.
  mutating func next() throws(OpenMetricsImport.Failure) -> Block? {
    guard !hasEnded else { return nil }
    var bytes = try readBlock()
    // Only the last block of an OpenMetrics file contains `# EOF`; the parser needs it in each.
    let isLast = hasEnded
    if !isLast, format == .openMetrics { bytes += Array("# EOF\n".utf8) }
    var block = Block()
    var parser = ExpositionParser(bytes.span, format: format)
    do {
      while let entry = try parser.next() {
        guard case .sample(let sample) = entry else { continue }
        guard let time = sample.timestamp else {
          throw failure(parser.line, "a sample without a time cannot be imported")
        }
        block.series.append(try number(of: Array(bytes[sample.series]), line: parser.line))
        block.timestamps.append(time)
        block.values.append(sample.value)
      }
    } catch let failure as OpenMetricsImport.Failure {
      throw failure
    } catch let error as ExpositionError {
      throw failure(error.line, "expected \(error.expected), found \(error.found)")
    } catch {
      throw failure(parser.line, "\(error)")
    }
    linesBefore += parser.line - (isLast || format == .text ? 0 : 1)
    return block
  }

  /// Reads the next block of whole lines; sets `hasEnded` at the end of the file.
  private mutating func readBlock() throws(OpenMetricsImport.Failure) -> [UInt8] {
    var bytes = rest
    rest = []
    while let more = try read() {
      let wasFull = !bytes.isEmpty && bytes.last == UInt8(ascii: "\n")
      if wasFull {
        rest = more
        return named(bytes)
      }
      bytes += more
      guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")), end + 1 < bytes.count else {
        guard bytes.count <= Self.lineBytes else {
          throw failure(1, "the line is longer than \(Self.lineBytes) bytes")
        }
        continue
      }
      rest = Array(bytes[(end + 1)...])
      bytes.removeSubrange((end + 1)...)
      return named(bytes)
    }
    hasEnded = true
    return named(bytes)
  }

  private mutating func read() throws(OpenMetricsImport.Failure) -> [UInt8]? {
    do {
      guard let data = try file.read(upToCount: Self.blockBytes), !data.isEmpty else { return nil }
      bytesRead += data.count
      return Array(data)
    } catch {
      throw .unreadable("\(name): \(error.localizedDescription)")
    }
  }

  /// Rewrites lines of `promtool tsdb dump` with the metric name as the exposition format has it:
  /// `{"up", job="a"}`.
  private func named(_ lines: [UInt8]) -> [UInt8] {
    guard format == .text else { return lines }
    let label = Array("{__name__=".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(lines.count)
    for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if !result.isEmpty || line.startIndex > lines.startIndex {
        result.append(UInt8(ascii: "\n"))
      }
      if line.starts(with: label) {
        result.append(UInt8(ascii: "{"))
        result += line.dropFirst(label.count)
      } else {
        result += line
      }
    }
    return result
  }

  private mutating func number(
    of series: [UInt8], line: Int
  ) throws(OpenMetricsImport.Failure) -> Int {
    if let number = numbers[series] { return number }
    let parsed: ParsedLabels
    do {
      parsed = try ParsedLabels(parsing: series.span)
    } catch {
      throw failure(line, "expected \(error.expected), found \(error.found)")
    }
    guard parsed.labels.metricName != nil else { throw failure(line, "a series without a name") }
    labels.append(parsed.labels)
    numbers[series] = labels.count - 1
    return labels.count - 1
  }

  private func failure(_ line: Int, _ reason: String) -> OpenMetricsImport.Failure {
    .malformed("\(name):\(linesBefore + line): \(reason)")
  }
}
