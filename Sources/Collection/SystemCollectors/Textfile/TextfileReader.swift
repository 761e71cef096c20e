import ExpositionFormat
import MetricModel

/// Reads a file of metrics in the text format; anything wrong with it rejects the whole file.
enum TextfileReader {
  /// Why a file is rejected.
  enum Rejection: Error, Equatable, Sendable {
    case malformed(String)
    /// A timestamp would make the series go stale or be refused.
    case timestamp(line: Int)
    /// A name that only Tocsin or the scraper may write.
    case reserved(String)

    /// A word for a label.
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

  /// Names that a file must not write: what Tocsin and a scraper say about themselves.
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
