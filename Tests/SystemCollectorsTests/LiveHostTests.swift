import CollectorCore
import Foundation
import Testing

@testable import SystemCollectors

/// One scrape of this machine through the runner.
private func scrapeThisHost() async throws -> (text: String, reports: [CollectorReport]) {
  let runner = CollectorRunner(try SystemCollectors.scheduled(SystemContext()))
  let gathering = await runner.gather(within: .seconds(30))
  return (String(decoding: gathering.bytes, as: UTF8.self), gathering.reports)
}

@Test func everyCollectorWorksOnThisHost() async throws {
  let (text, reports) = try await scrapeThisHost()
  for report in reports {
    #expect(report.state == .ok || report.state == .noData, "\(report.name): \(report.message)")
  }
  for line in ["node_load1 ", "node_cpu_seconds_total{", "node_memory_MemTotal_bytes "] {
    #expect(text.contains("\n" + line))
  }
  #expect(text.contains("tocsin_collector_problems_total") == false)
}

/// Every family is in node_exporter's table, where that is present, with this type and these
/// labels.
@Test func namesTypesAndLabelsAreThoseOfTheReferenceExporter() async throws {
  let table = testFolder + "/../../../shared/reference/metrics/node.tsv"
  guard let rows = try? String(contentsOfFile: table, encoding: .utf8) else {
    print("skipped: no table of node_exporter's metrics at \(table)")
    return
  }
  var known: [String: (types: Set<String>, labels: Set<String>)] = [:]
  for row in rows.split(separator: "\n").dropFirst() {
    let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let labels = cells[2].split(separator: ",").map { $0.replacingOccurrences(of: "?", with: "") }
    known[cells[0]] = (Set(cells[1].split(separator: "|").map(String.init)), Set(labels))
  }
  var type: [String: String] = [:]
  for line in try await scrapeThisHost().text.split(separator: "\n") {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    if words[1] == "TYPE", words[0] == "#" { type[words[2]] = words[3] }
    guard words[0] != "#", line.hasPrefix("node_") else { continue }
    let name = String(line.prefix { $0 != "{" && $0 != " " })
    guard let reference = known[name] ?? known["node_memory_*"] else {
      Issue.record("\(name) is unknown to node_exporter")
      continue
    }
    if known[name] == nil, !name.hasPrefix("node_memory_") {
      Issue.record("\(name) is unknown to node_exporter")
      continue
    }
    #expect(reference.types.contains(type[name] ?? ""), "\(name) is a \(type[name] ?? "?")")
    for match in line.matches(of: /[{,]([a-z_]+)="/) where known[name] != nil {
      #expect(reference.labels.contains(String(match.1)), "\(name) has the label \(match.1)")
    }
  }
}

/// promtool accepts the text, and complains only of names that node_exporter chose.
@Test func promtoolComplainsOnlyOfNamesOfTheReferenceExporters() async throws {
  let (text, _) = try await scrapeThisHost()
  let promtool = Process()
  promtool.executableURL = URL(fileURLWithPath: "/usr/bin/promtool")
  promtool.arguments = ["check", "metrics"]
  let input = Pipe()
  let output = Pipe()
  promtool.standardInput = input
  promtool.standardOutput = output
  promtool.standardError = output
  try promtool.run()
  let writer = Task.detached {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
  }
  let complaints = String(
    decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  try await writer.value
  promtool.waitUntilExit()
  for complaint in complaints.split(separator: "\n") {
    let isAboutAReferenceName =
      complaint.hasPrefix("node_")
      && (complaint.contains("camelCase") || complaint.contains("base unit")
        || complaint.contains(#"should not have "_count" suffix"#))
    #expect(isAboutAReferenceName, "\(complaint)")
  }
}
