import ExpositionFormat
import MetricModel

/// Reads a file of metrics in the text format; any error rejects the whole file.
enum TextfileReader {
  /// The reason why a file is rejected.
  enum Rejection: Error, Equatable, Sendable {
    case malformed(String)
    /// A sample with a timestamp, which would make the series stale or rejected.
    case timestamp(line: Int)
    /// A metric name reserved for Tocsin or the scraper.
    case reserved(String)

    /// The value of the label `reason`.
    var reason: String {
      switch self {
      case .malformed: "malformed"
      case .timestamp: "timestamp"
      case .reserved: "reserved_name"
      }
    }
  }

  static func families(_ bytes: Span<UInt8>) throws(Rejection) -> [TextfileFamily] {
    var families: [TextfileFamily] = []
    var indices: [String: Int] = [:]
    var stamped: Int?
    func index(of name: String, _ families: inout [TextfileFamily]) -> Int {
      if let known = indices[name] { return known }
      families.append(TextfileFamily(name: name))
      indices[name] = families.count - 1
      return families.count - 1
    }
    do throws(ExpositionError) {
      var parser = ExpositionParser(bytes)
      while let entry = try parser.next() {
        switch entry {
        case .type(let name, let type):
          let name = ParsedLabels.text(bytes.extracting(name))
          families[index(of: name, &families)].type = type
        case .help(let name, let text):
          let name = ParsedLabels.text(bytes.extracting(name))
          families[index(of: name, &families)].help = ParsedLabels.unescapedHelp(
            bytes.extracting(text))
        case .unit: continue
        case .sample(let sample):
          if sample.timestamp != nil, stamped == nil { stamped = parser.line }
          let labels = try ParsedLabels(parsing: bytes.extracting(sample.series)).list
          let name = labels.first { $0.name == Label.metricName }?.value ?? ""
          let (family, suffix) = Self.owner(of: name, indices, families)
          families[index(of: family, &families)].samples.append(
            TextfileFamily.Sample(
              suffix: suffix,
              labels: labels.filter { $0.name != Label.metricName && !$0.value.isEmpty },
              value: sample.value))
        }
      }
    } catch {
      throw .malformed(error.description)
    }
    if let stamped { throw .timestamp(line: stamped) }
    families.removeAll { $0.samples.isEmpty }
    if let bad = families.first(where: { isReserved($0.name) }) { throw .reserved(bad.name) }
    return families
  }

  /// Whether a name is reserved for the metrics of Tocsin or a scraper about themselves.
  static func isReserved(_ name: String) -> Bool {
    name == "up" || name.hasPrefix("tocsin_") || name.hasPrefix("scrape_")
      || name.hasPrefix("node_scrape_collector_") || name.hasPrefix("node_textfile_")
  }

  /// The family that a sample belongs to: `x_sum` belongs to the histogram `x` if there is one.
  private static func owner(
    of name: String, _ indices: [String: Int], _ families: [TextfileFamily]
  ) -> (family: String, suffix: String) {
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      let base = String(name.dropLast(suffix.count))
      guard let index = indices[base] else { continue }
      let type = families[index].type
      if type == .histogram || (type == .summary && suffix != "_bucket") { return (base, suffix) }
    }
    return (name, "")
  }
}
