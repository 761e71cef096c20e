import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel
import ProcessCollectors
import SystemCollectors

/// The files that the host's collectors read.
enum MachineTree {
  /// A folder with `proc`, `sys`, `root` and `udev`; nil for the files of this machine.
  @TaskLocal static var folder: String?

  static var root: ProcRoot {
    guard let folder else { return ProcRoot() }
    return ProcRoot(
      proc: "\(folder)/proc", sys: "\(folder)/sys", rootfs: "\(folder)/root",
      udev: "\(folder)/udev")
  }
}

extension Workload {
  /// Workloads of the exporter.
  static let collecting: [Workload] = [
    Workload("collect/host", "one scrape of this host, every collector that is on by default") {
      try await scrapes(try SystemCollectors.scheduled(SystemContext(proc: MachineTree.root)))
    },
    Workload("collect/processes", "one scrape of this host's processes, grouped by executable") {
      try await scrapes(try ProcessCollectors.scheduled(ProcessContext()))
    },
    Workload(
      "collect/processes-5000", "one scrape of a tree of 5,000 processes of which none has run"
    ) {
      try await scrapesOfTree(isAtRest: true)
    },
    Workload(
      "collect/processes-5000-busy", "one scrape of a tree of 5,000 processes that all may have run"
    ) {
      try await scrapesOfTree(isAtRest: false)
    },
    Workload("collect/render", "one series written and rendered again, labels unchanged") {
      rendering(series: 1000)
    },
  ]

  private static func scrapesOfTree(isAtRest: Bool) async throws -> PreparedWorkload {
    let tree = try BenchProcesses(count: 5000, isAtRest: isAtRest)
    let context = ProcessContext(proc: ProcRoot(proc: tree.path))
    var workload = try await scrapes(try ProcessCollectors.scheduled(context))
    workload.cleanUp = { tree.remove() }
    return workload
  }

  private static func scrapes(_ collectors: [ScheduledCollector]) async throws -> PreparedWorkload {
    let runner = CollectorRunner(collectors)
    let size = await runner.gather(within: .seconds(60)).bytes.count
    return PreparedWorkload(bytes: size) {
      blackHole(await runner.gather(within: .seconds(60)).bytes.count)
    }
  }

  private static func rendering(series: Int) -> PreparedWorkload {
    let devices = (0..<series / 10).map { "dev\($0)" }
    var buffer = FamilyBuffer()
    var step = 0.0
    func scrape() -> Int {
      step += 1
      buffer.beginScrape()
      for family in 0..<10 {
        buffer.family(
          "tocsin_bench_family_\(family)_total", .counter, "Made up to be measured.",
          labels: ["device", "mode"])
        for (index, device) in devices.enumerated() {
          buffer.add(step * 1.25 + Double(index), device, "read")
        }
      }
      return buffer.render().bytes.count
    }
    return PreparedWorkload(operations: devices.count * 10, bytes: scrape()) { blackHole(scrape()) }
  }
}
