import SystemAccess
import CollectorCore
import ExpositionFormat
import Foundation
import MetricModel
import Testing

@testable import ProcessCollectors

private let testFolder = String(#filePath.dropLast("/ProcessGroupCollectorTests.swift".count))

private let fixture = ProcRoot(
  proc: testFolder + "/Fixtures/proc", rootfs: testFolder + "/Fixtures/root")

private func text(_ collector: any Collector, scrapes: Int) async throws -> String {
  var buffer = FamilyBuffer()
  var text = ""
  for _ in 0..<scrapes {
    buffer.beginScrape()
    try await collector.collect(into: &buffer, context: .relaxed)
    text = buffer.render().text
    #expect(buffer.problems.total == 0)
  }
  return text
}

private func expectGolden(_ text: String, _ name: String) throws {
  let url = URL(fileURLWithPath: "\(testFolder)/Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
  let golden = try String(contentsOf: url, encoding: .utf8)
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  let wanted = golden.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(lines.difference(from: wanted).isEmpty, "\(name): \(lines.difference(from: wanted))")
}

@Test func theFixtureIsGroupedByExecutable() async throws {
  // The fixture counts pages of the machine that runs the test.
  try #require(HostFacts.pageSize == 4096, "the golden text is for pages of 4096 bytes")
  let text = try await text(ProcessGroupCollector(proc: fixture, naming: .byExecutable), scrapes: 1)
  try expectGolden(text, "by-executable.prom")
}

@Test func theFixtureIsGroupedByRules() async throws {
  try #require(HostFacts.pageSize == 4096, "the golden text is for pages of 4096 bytes")
  let naming = ProcessNaming(rules: [
    try ProcessRule(name: "{{.Comm}}-{{.Username}}", exe: ["/usr/sbin/nginx"]),
    try ProcessRule(
      name: "app:{{.Matches.script}}", cmdline: [#"(?P<script>\w+)\.js"#]),
  ])
  let text = try await text(ProcessGroupCollector(proc: fixture, naming: naming), scrapes: 1)
  try expectGolden(text, "by-rules.prom")
}

@Test func withoutThreadsOnlyMainThreadsAreCounted() async throws {
  var options = ProcessOptions()
  options.readsThreads = false
  let collector = ProcessGroupCollector(proc: fixture, naming: .byExecutable, options: options)
  let text = try await text(collector, scrapes: 1)
  #expect(text.contains(#"namedprocess_namegroup_states{groupname="node",state="Running"} 1"#))
  #expect(text.contains(#"namedprocess_namegroup_states{groupname="node",state="Waiting"} 0"#))
  #expect(!text.contains("_thread_"))
  #expect(!text.contains("threads_wchan"))
}

@Test func theFixtureIsGroupedByApplicationWithMemoryByShares() async throws {
  try #require(HostFacts.pageSize == 4096, "the golden text is for pages of 4096 bytes")
  var options = ProcessOptions()
  options.readsProportionalMemory = true
  let text = try await text(ProcessGroupCollector(proc: fixture, options: options), scrapes: 2)
  try expectGolden(text, "by-application.prom")
}

@Test func aSteadyHostReadsTheSameInEveryScrape() async throws {
  func series(_ text: String) -> [String] {
    text.split(separator: "\n").filter { !$0.contains("_errors") }.map(String.init)
  }
  let once = try await text(ProcessGroupCollector(proc: fixture), scrapes: 1)
  // Limits are read again in the sixteenth scrape at the latest.
  let often = try await text(ProcessGroupCollector(proc: fixture), scrapes: 20)
  #expect(series(often) == series(once))
}

@Test func aHostWithoutProcIsAnErrorAndCounted() async throws {
  let collector = ProcessGroupCollector(proc: ProcRoot(proc: "/nonexistent"))
  await #expect(throws: SystemError.self) { try await text(collector, scrapes: 1) }
}

@Test func thisProgramFindsItself() async throws {
  let collector = ProcessGroupCollector(proc: ProcRoot())
  _ = try await text(collector, scrapes: 1)
  let shown = try await text(collector, scrapes: 1)
  let name = try #require(
    CommandLine.arguments.first?.split(separator: "/").last.map(String.init))
  let groups = shown.split(separator: "\n").filter {
    $0.hasPrefix("namedprocess_namegroup_num_procs{")
  }
  #expect(!groups.isEmpty, "\(name)")
}

/// The names are those of process-exporter's table, where the table is present.
@Test func namesTypesAndLabelsAreThoseOfTheReferenceExporter() async throws {
  let table = testFolder + "/../../../shared/reference/metrics/process.tsv"
  guard let rows = try? String(contentsOfFile: table, encoding: .utf8) else {
    print("skipped: no table of process-exporter's metrics at \(table)")
    return
  }
  var known: [String: (type: String, labels: Set<String>)] = [:]
  for row in rows.split(separator: "\n").dropFirst() {
    let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    known[cells[0]] = (cells[1], Set(cells[2].split(separator: ",").map(String.init)))
  }
  var type: [String: String] = [:]
  var options = ProcessOptions()
  options.readsProportionalMemory = true
  let shown = try await text(ProcessGroupCollector(proc: ProcRoot(), options: options), scrapes: 2)
  for name in known.keys where name.hasPrefix("namedprocess_") && !name.hasSuffix("_wchan") {
    #expect(type[name] != nil || shown.contains("# TYPE \(name) "), "\(name) is missing")
  }
  for line in shown.split(separator: "\n") {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    if words[1] == "TYPE", words[0] == "#" { type[words[2]] = words[3] }
    guard words[0] != "#" else { continue }
    let name = String(line.prefix { $0 != "{" && $0 != " " })
    guard !name.hasPrefix("tocsin_") else { continue }
    #expect(known[name]?.type == type[name], "\(name)")
    for match in line.matches(of: /[{,]([a-z_]+)="/) {
      #expect(known[name]?.labels.contains(String(match.1)) == true, "\(name) \(match.1)")
    }
  }
}
