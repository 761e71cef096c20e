import Foundation

/// The families of a reference exporter, from a table beside the repository; absent on most
/// machines.
package struct ReferenceTable: Sendable {
  /// One family of the reference exporter.
  package struct Row: Sendable {
    package let name: String
    package let types: Set<String>
    /// Labels in every version.
    package let labels: Set<String>
    /// Labels in only some versions or series.
    package let optionalLabels: Set<String>
    package let collector: String
    package let isDefault: Bool
    package let exporters: String
  }

  package let rows: [Row]

  /// Reads `../shared/reference/metrics/<name>.tsv`; nil, with one line of output, if it is absent.
  package init?(_ name: String, file: String = #filePath) {
    let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = ["/../shared", "/../../shared"].map {
      "\(root.path)\($0)/reference/metrics/\(name).tsv"
    }
    guard
      let text = candidates.lazy.compactMap({ try? String(contentsOfFile: $0, encoding: .utf8) })
        .first
    else {
      print("skipped: no table \(name).tsv beside the repository")
      return nil
    }
    rows = text.split(separator: "\n").dropFirst().compactMap { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count > 7 else { return nil }
      let labels = cells[2].split(separator: ",").map(String.init)
      return Row(
        name: cells[0], types: Set(cells[1].split(separator: "|").map(String.init)),
        labels: Set(labels.filter { !$0.hasSuffix("?") }),
        optionalLabels: Set(labels.filter { $0.hasSuffix("?") }.map { String($0.dropLast()) }),
        collector: cells[4], isDefault: cells[5] == "yes", exporters: cells[7])
    }
  }

  /// The differences between a scrape and the families of the newest reference exporter, one line
  /// each: its default families, or with `withOptional` all of them.
  package func differences(
    from shown: ExpositionText, ignoring: (Row) -> Bool, withOptional: Bool = false,
    extraLabels: Set<String> = []
  ) -> [String] {
    var found: [String] = []
    for row in rows
    where (row.isDefault || withOptional) && row.exporters.contains("newest") && !ignoring(row) {
      guard let type = shown.types[row.name] else {
        found.append("\(row.name): absent")
        continue
      }
      if !row.types.contains(type) { found.append("\(row.name): \(type), not \(row.types)") }
      let names = [row.name, "\(row.name)_sum", "\(row.name)_bucket"]
      let labels = shown.samples.first { names.contains($0.name) }.map { Set($0.labels.keys) } ?? []
      let allowed = row.labels.union(row.optionalLabels).union(extraLabels)
      let parts: Set<String> = ["le", "quantile"]
      if !row.labels.isSubset(of: labels) || !labels.subtracting(parts).isSubset(of: allowed) {
        found.append("\(row.name): labels \(labels.sorted()), not \(row.labels.sorted())")
      }
    }
    return found
  }
}
