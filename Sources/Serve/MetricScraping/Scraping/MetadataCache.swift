import ExpositionFormat
package import MetricModel

/// What a target says of one metric family.
package struct FamilyMetadata: Sendable, Equatable {
  /// The type; unknown if the target gives none.
  package var type = MetricType.unknown
  /// The help text, escapes resolved.
  package var help = ""
  /// The unit, in OpenMetrics only.
  package var unit = ""

  package init(type: MetricType = .unknown, help: String = "", unit: String = "") {
    self.type = type
    self.help = help
    self.unit = unit
  }
}

/// Type and help of a target's families, read again only where a line differs from that of the last scrape.
struct MetadataCache {
  private(set) var families: [String: FamilyMetadata] = [:]
  /// Whether the families changed since this was last set to false.
  var hasChanged = false
  private var lines: [[UInt8]] = []
  private var position = 0

  mutating func begin() { position = 0 }

  /// Takes a line of metadata.
  mutating func note(
    _ entry: ExpositionEntry, in body: Span<UInt8>, format: ExpositionTextFormat, end: Int
  ) {
    let name: Range<Int>
    switch entry {
    case .sample: return
    case .type(let range, _), .help(let range, _), .unit(let range, _): name = range
    }
    defer { position += 1 }
    let line = body.extracting(name.lowerBound..<end)
    if position < lines.count, Self.isEqual(lines[position], line) { return }
    let copy = Array(ParsedLabels.text(line).utf8)
    if position < lines.count { lines[position] = copy } else { lines.append(copy) }
    set(entry, name: ParsedLabels.unescaped(body.extracting(name)), in: body, format: format)
  }

  private mutating func set(
    _ entry: ExpositionEntry, name: String, in body: Span<UInt8>, format: ExpositionTextFormat
  ) {
    guard families[name] != nil || families.count < ScrapeLimits.metadataFamilies else { return }
    var family = families[name] ?? FamilyMetadata()
    switch entry {
    case .sample: return
    case .type(_, let type): family.type = type
    case .help(_, let text):
      family.help = ParsedLabels.unescapedHelp(body.extracting(text), format: format)
    case .unit(_, let unit): family.unit = ParsedLabels.text(body.extracting(unit))
    }
    guard family != families[name] else { return }
    families[name] = family
    hasChanged = true
  }

  private static func isEqual(_ line: [UInt8], _ other: Span<UInt8>) -> Bool {
    guard line.count == other.count else { return false }
    for place in line.indices where line[place] != other[place] { return false }
    return true
  }
}
