import ExpositionFormat
package import MetricModel

/// The metadata of one metric family, as the target gives it.
package struct FamilyMetadata: Sendable, Equatable {
  /// The type; `unknown` if the target gives none.
  package var type = MetricType.unknown
  /// The help text, with escapes resolved.
  package var help = ""
  /// The unit, which only OpenMetrics has.
  package var unit = ""

  package init(type: MetricType = .unknown, help: String = "", unit: String = "") {
    self.type = type
    self.help = help
    self.unit = unit
  }
}

/// Type, help and unit of a target's families, parsed again only where a line differs from the last
/// scrape.
struct MetadataCache {
  private(set) var families: [String: FamilyMetadata] = [:]
  /// Whether the families changed since this was last set to false.
  var hasChanged = false
  /// The metadata lines of the last scrape in their order, including line ends.
  private var lines: [[UInt8]] = []
  private var position = 0
  private var format = ExpositionTextFormat.text

  /// Begins a scrape.
  mutating func begin(_ format: ExpositionTextFormat) {
    // Lines that the last scrape did not reach may be out of date.
    lines.removeSubrange(position...)
    position = 0
    if format != self.format { lines = [] }
    self.format = format
  }

  /// Skips a line that is equal to the next line of the last scrape. Returns false if it differs.
  mutating func skipKnown(_ parser: inout ExpositionParser) -> Bool {
    guard position < lines.count else { return false }
    let line = lines[position]
    guard parser.skipLine(line.span) else { return false }
    position += 1
    return true
  }

  /// Stores a parsed line of metadata that ends before `end`.
  mutating func note(_ entry: ExpositionEntry, in body: Span<UInt8>, end: Int) {
    let name: Range<Int>
    switch entry {
    case .sample: return
    case .type(let range, _), .help(let range, _), .unit(let range, _): name = range
    }
    var start = name.lowerBound
    while start > 0, body[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    // The last line of a page may lack its line end; it could then be a prefix of another line.
    let isWhole = body[end - 1] == UInt8(ascii: "\n")
    let line = isWhole ? Array(ParsedLabels.text(body.extracting(start..<end)).utf8) : []
    if position < lines.count { lines[position] = line } else { lines.append(line) }
    position += 1
    set(entry, name: ParsedLabels.unescaped(body.extracting(name)), in: body)
  }

  private mutating func set(
    _ entry: ExpositionEntry, name: String, in body: Span<UInt8>
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
}
