import SystemAccess
import CollectorCore
import Concurrency
import ExpositionFormat
import Foundation
import MetricModel
import SystemCollectors
import Testing

/// This folder of the source tree.
let testFolder = String(#filePath.dropLast("/GoldenTexts.swift".count))

/// A context over the fixture tree.
func fixtureContext() throws -> SystemContext {
  let fixtures = testFolder + "/Fixtures"
  return try SystemContext(
    proc: ProcRoot(
      proc: fixtures + "/proc", sys: fixtures + "/sys", rootfs: fixtures + "/root",
      udev: fixtures + "/udev"))
}

/// Runs a collector once, in a scrape of 14 November 2023.
func text(
  of collector: any Collector, scrapes: Int = 1
) async throws -> (text: String, problems: FamilyProblems) {
  let clock = TimeSource(
    wall: { .milliseconds(1_700_000_000_250) }, monotonic: { TimeSource.system.monotonic },
    sleep: { try await TimeSource.system.sleep(for: $0) })
  var buffer = FamilyBuffer()
  var text = ""
  for _ in 0..<scrapes {
    buffer.beginScrape()
    try await collector.collect(
      into: &buffer, context: ScrapeContext(clock: clock, budget: .seconds(60)))
    text = buffer.render().text
  }
  return (text, buffer.problems)
}

/// Compares a collector's text with a golden file. `UPDATE_GOLDEN=1` writes the file instead.
func expectGolden(
  _ collector: any Collector, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  // The second scrape, which uses cached series, must give the same text.
  let first = try await text(of: collector)
  let again = try await text(of: collector, scrapes: 2)
  #expect(again.text == first.text, sourceLocation: sourceLocation)
  #expect(first.problems.total == 0, sourceLocation: sourceLocation)
  let url = URL(fileURLWithPath: "\(testFolder)/Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    try first.text.write(to: url, atomically: true, encoding: .utf8)
  }
  let golden = try String(contentsOf: url, encoding: .utf8)
  let lines = first.text.split(separator: "\n", omittingEmptySubsequences: false)
  let wanted = golden.split(separator: "\n", omittingEmptySubsequences: false)
  let difference = lines.difference(from: wanted)
  #expect(difference.isEmpty, "\(name): \(difference)", sourceLocation: sourceLocation)
}

/// Makes a root whose `/proc` is a folder of the given files.
///
/// Like the kernel's, they end with a newline; `isCutOff` leaves them as they are.
func root(_ files: [String: String], isCutOff: Bool = false) throws -> (
  ProcRoot, remove: @Sendable () -> Void
) {
  let folder = FileManager.default.temporaryDirectory.path + "/tocsin-proc-\(UUID().uuidString)"
  for (name, text) in files {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let whole = text.isEmpty || text.hasSuffix("\n") || isCutOff ? text : text + "\n"
    try whole.write(toFile: path, atomically: false, encoding: .utf8)
  }
  return (
    ProcRoot(proc: folder, sys: folder, rootfs: folder, udev: folder),
    { try? FileManager.default.removeItem(atPath: folder) }
  )
}
