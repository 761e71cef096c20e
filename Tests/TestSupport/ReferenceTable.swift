import Foundation

/// What a peer exposes, from a table of facts beside the repository; absent on most machines.
package struct ReferenceTable: Sendable {
  /// One family of the peer.
  package struct Row: Sendable {
    package let name: String
    package let types: Set<String>
    /// Labels that every version has.
    package let labels: Set<String>
    /// Labels that only some versions or series have.
    package let optionalLabels: Set<String>
    package let collector: String
    package let isDefault: Bool
    package let peers: String
  }

  package let rows: [Row]

  /// Reads `../shared/reference/metrics/<name>.tsv`; nil, with one line of output, if it is not
  /// there.
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
        collector: cells[4], isDefault: cells[5] == "yes", peers: cells[7])
    }
  }

  /// What a scrape shows differently from the families of the newest peer, one line each: those that
  /// it shows by default, or all that it can.
  package func differences(
    from shown: ExpositionText, ignoring: (Row) -> Bool, withOptional: Bool = false,
    extraLabels: Set<String> = []
  ) -> [String] {
    var found: [String] = []
    for row in rows
    where (row.isDefault || withOptional) && row.peers.contains("newest") && !ignoring(row) {
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
