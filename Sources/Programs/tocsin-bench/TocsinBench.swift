import ArgumentParser

/// Measures the parts of Tocsin that its cost depends on.
@main
struct TocsinBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tocsin-bench",
    abstract:
      "Measures Tocsin's parts on this machine; Benchmarks/README.md says what each number means.")

  @Option(help: "Only workloads whose names contain this.")
  var filter: String?

  @Option(help: "How long to measure each workload, in seconds.")
  var seconds = 1.0

  @Flag(help: "Show the names and what they measure, and end.")
  var list = false

  @Option(
    help:
      "A folder with proc, sys, root and udev of a machine, for collect/host instead of this one.")
  var machine: String?

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds must be more than 0 and at most 3600.")
    }
  }

  func run() async throws {
    let chosen = Workload.all.filter { workload in filter.map(workload.name.contains) ?? true }
    guard !chosen.isEmpty else {
      throw ValidationError("No workload's name contains \"\(filter ?? "")\"; --list shows them.")
    }
    if list {
      for workload in chosen { print(ReportRow.padded(workload.name), workload.summary) }
      return
    }
    print(ReportRow.header)
    for workload in chosen {
      let bench = try await MachineTree.$folder.withValue(machine) {
        try await workload.prepare()
      }
      let measurement = try await Measurement.take(of: bench, for: .seconds(seconds))
      await bench.cleanUp()
      print(ReportRow(workload: workload, bench: bench, measurement: measurement).text)
    }
  }
}
