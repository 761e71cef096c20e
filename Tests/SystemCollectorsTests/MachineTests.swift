import SystemAccess
import CollectorCore
import ExpositionFormat
import Foundation
import Testing

@testable import SystemCollectors

/// Collectors with other sources than the file tree.
private let notOfTheTree: Set = [
  "ethtool", "filesystem", "network_route", "os", "textfile", "time", "timex", "uname",
]

/// All metrics of a machine, each collector's text after its name, or the reason why it has none.
private func scrape(_ tree: MachineTree) async throws -> String {
  var context = try tree.context()
  context.kernelParameters = ["kernel.pid_max"]
  var output = ""
  for entry in SystemCollectors.all where !notOfTheTree.contains(entry.name) {
    output += "# collector \(entry.name)"
    do {
      let shown = try await text(of: entry.make(context), scrapes: 2)
      #expect(shown.problems.total == 0, "\(entry.name): \(shown.problems)")
      output += "\n" + shown.text
    } catch is NoData {
      output += ": no data\n"
    } catch {
      output += ": \(error)\n"
    }
  }
  return output.replacing(tree.folder, with: "")
}

/// A file server with many disks, one with every kind of sensor, one with a kernel of 2008, one
/// full of containers.
@Test(arguments: ["storage", "server", "old", "containers"])
func machinesOfManyKindsHaveTheirGoldenText(name: String) async throws {
  let tree = try MachineTree(name)
  defer { tree.remove() }
  let shown = try await scrape(tree)
  let path = "\(testFolder)/Golden/machines/\(name).prom"
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    try Data(shown.utf8).write(to: URL(fileURLWithPath: path))
  }
  let golden = try String(contentsOfFile: path, encoding: .utf8)
  let difference = shown.split(separator: "\n").difference(from: golden.split(separator: "\n"))
  #expect(difference.isEmpty, "\(name): \(difference)")
}
