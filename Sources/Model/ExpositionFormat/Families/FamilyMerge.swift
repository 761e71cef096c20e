import MetricModel

/// Merges the texts of several collectors: families sorted by name, each with one HELP and one
/// TYPE.
///
/// When several collectors write the same family, the first one's description is used; samples of
/// another type and series that exist already are dropped and counted.
package struct FamilyMerge: Sendable {
  private struct Entry: Sendable {
    let name: String
    let text: Int
    let section: Int
  }

  /// Samples dropped since the beginning.
  package private(set) var dropped: UInt64 = 0
  private var entries: [Entry] = []
  private var lastSize = 0
  /// The revisions under which families of several collectors were found free of duplicates.
  private var verified: [String: [UInt64]] = [:]

  package init() {}

  /// Returns the merged text.
  package mutating func merged(_ texts: [FamilyText]) -> [UInt8] {
    entries.removeAll(keepingCapacity: true)
    for (text, source) in texts.enumerated() {
      for (section, family) in source.sections.enumerated() {
        entries.append(Entry(name: family.name, text: text, section: section))
      }
    }
    entries.sort { ($0.name, $0.text) < ($1.name, $1.text) }
    var output: [UInt8] = []
    output.reserveCapacity(max(lastSize + 1024, texts.reduce(0) { $0 + $1.bytes.count }))
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].name == entries[start].name { end += 1 }
      append(start..<end, of: texts, to: &output)
      start = end
    }
    lastSize = output.count
    return output
  }

  private mutating func append(
    _ range: Range<Int>, of texts: [FamilyText], to output: inout [UInt8]
  ) {
    let first = texts[entries[range.lowerBound].text]
    let type = first.sections[entries[range.lowerBound].section].type
    output.append(contentsOf: first.bytes[first.sections[entries[range.lowerBound].section].header])
    var seen: Set<ArraySlice<UInt8>>? = needsCheck(range, of: texts) ? [] : nil
    let before = dropped
    for entry in entries[range] {
      let text = texts[entry.text]
      let section = text.sections[entry.section]
      guard section.type == type else {
        dropped += UInt64(section.series)
        continue
      }
      if seen == nil {
        output.append(contentsOf: text.bytes[section.body])
      } else {
        appendUnseen(text.bytes[section.body], seen: &seen, to: &output)
      }
    }
    if seen != nil, dropped == before { remember(range, of: texts) }
  }

  /// Whether the families of several collectors changed since they were last found disjoint.
  private func needsCheck(_ range: Range<Int>, of texts: [FamilyText]) -> Bool {
    guard range.count > 1 else { return false }
    return verified[entries[range.lowerBound].name] != revisions(range, of: texts)
  }

  private mutating func remember(_ range: Range<Int>, of texts: [FamilyText]) {
    verified[entries[range.lowerBound].name] = revisions(range, of: texts)
  }

  /// Which collectors show the family, and in which revision.
  private func revisions(_ range: Range<Int>, of texts: [FamilyText]) -> [UInt64] {
    entries[range].flatMap { entry in
      [UInt64(entry.text), texts[entry.text].sections[entry.section].revision]
    }
  }

  private mutating func appendUnseen(
    _ body: ArraySlice<UInt8>, seen: inout Set<ArraySlice<UInt8>>?, to output: inout [UInt8]
  ) {
    var rest = body
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[rest.startIndex...end]
      rest = rest[(end + 1)...]
      // The number holds no space, so the last one ends the series.
      let series = line[..<(line.lastIndex(of: UInt8(ascii: " ")) ?? line.endIndex)]
      if seen?.insert(series).inserted == false {
        dropped += 1
      } else {
        output.append(contentsOf: line)
      }
    }
  }
}
