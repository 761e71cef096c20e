import SystemAccess
import CollectorCore
import Foundation
import Testing

@testable import ProcessCollectors

private func activity(_ slices: UInt64) -> String { "1000 20 \(slices)\n" }

@Test(arguments: ["", "1 2", "0 0 0", "1 2 x", "-1 2 3"])
func aKernelWithoutRunTimesIsNeverTakenForRest(text: String) {
  #expect(ProcessReader.parseActivity(text.utf8.span) == nil)
}

/// A process that has not run is not read again; one that has run is, and so is one whose memory
/// has shrunk.
@Test func onlyProcessesThatRanAreReadAgain() throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "tocsin-cache-\(ProcessInfo.processInfo.processIdentifier)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let process = folder.appending(path: "17")
  try FileManager.default.createDirectory(at: process, withIntermediateDirectories: true)
  func write(_ text: String, _ file: String) throws {
    try Data(text.utf8).write(to: process.appending(path: file))
  }
  func stat(user: Int) -> String {
    "17 (app) S 1 17 17 0 -1 0 1 0 2 0 \(user) 4 0 0 20 0 1 0 99 4096 7 0\n"
  }
  try write(stat(user: 5), "stat")
  try write(activity(3), "schedstat")
  // Since Linux 6.2 `stat` may say 7 where `statm` and `status` say 8.
  try write("9 8 1 1 0 1 0\n", "statm")
  var reader = ProcessReader(proc: ProcRoot(proc: folder.path))
  let directory = try reader.open()
  var cache = ProcessCache()
  var errors = ProcessReader.ErrorCounts()
  func read(_ scrape: UInt64) -> (UInt64, Bool)? {
    let found = reader.read(
      17, in: directory, cache: &cache, scrape: scrape, errors: &errors)
    cache.entries[17]?.isComplete = true
    // The value of `status` whenever it is read in full.
    cache.entries[17]?.memory = reader.footprint(of: 17, in: directory)
    return found.map { ($0.reading.counters.userTicks, $0.isQuiet) }
  }
  #expect(try #require(read(1)) == (5, false))
  // The file is not read while the process sleeps.
  try write(stat(user: 6), "stat")
  #expect(try #require(read(2)) == (5, true))
  try write("9 6 1 1 0 1 0\n", "statm")
  #expect(try #require(read(3)) == (6, false))
  try write("9 7 1 1 0 1 0\n", "statm")
  try write(activity(4), "schedstat")
  try write(stat(user: 8), "stat")
  #expect(try #require(read(4)) == (8, false))
  #expect(try #require(read(5)) == (8, true))
  // Every sixteenth scrape reads everything, whatever the kernel reports: 15 + 17 is a multiple of
  // 16.
  #expect(try #require(read(15)) == (8, false))
  cache.finish(scrape: 16, living: 0)
  #expect(cache.entries.isEmpty)
}

@Test func sharesAreSampledInTurnWithinTheBudget() {
  final class Watch: @unchecked Sendable { var time: Int64 = 0 }
  let watch = Watch()
  var sampler = ProportionalSampler(budget: .milliseconds(30), now: { watch.time })
  var read: [Int32] = []
  var processes = (1...10).map { pid in
    var reading = ProcessReading(
      pid: Int32(pid), parent: 1, startTicks: 5, comm: CommName("x".utf8.span))
    reading.virtualBytes = 1
    return reading
  }
  for scrape in 1...4 as ClosedRange<UInt64> {
    sampler.sample(&processes, groups: Array(repeating: 0, count: 10), scrape: scrape) { pid in
      read.append(pid)
      watch.time += 10_000_000
      return .memory(ProportionalMemory(residentBytes: 100, swappedBytes: 0))
    }
  }
  // The budget of a scrape allows three; those without a sample come first.
  #expect(read.count == 12)
  #expect(Set(read.prefix(10)) == Set(1...10))
  #expect(processes.allSatisfy { $0.proportional?.residentBytes == 100 })
}

/// For any bytes in a file, the parsers neither trap nor loop.
@Test(arguments: 0..<8 as Range<UInt64>)
func mutatedFilesNeverTrap(seed: UInt64) {
  var state = seed &+ 1
  func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
  let files = [
    "7 (a) b) R 1 7 7 0 -1 4194560 11 0 12 0 13 14 0 0 20 0 5 0 15 16 1 0",
    "State:\tS (sleeping)\nVmSwap:\t 12 kB\nvoluntary_ctxt_switches:\t3\n",
    "read_bytes: 5\nwrite_bytes: 6\n", "1 2 3\n", "Pss: 1 kB\nSwapPss: 2 kB\n",
    "  sl  local\n 0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 5001 1\n",
    "Max open files   1024   4096   files\n", "a\0b\0name=x\0pm_id=1\0",
  ]
  for _ in 0..<500 {
    var bytes = Array(files[Int(next() % UInt64(files.count))].utf8)
    for _ in 0..<(next() % 6) {
      let place = Int(next() % UInt64(bytes.count))
      bytes[place] = UInt8(truncatingIfNeeded: next())
      if next() % 4 == 0 { bytes.removeLast(min(bytes.count - 1, Int(next() % 8))) }
    }
    _ = try? ProcessReader.parseStat(bytes.span, pid: 7)
    _ = try? ProcessReader.parseStatus(bytes.span)
    _ = try? ProcessReader.parseIO(bytes.span)
    _ = ProcessReader.parseActivity(bytes.span)
    _ = try? ProcessReader.parseProportional(bytes.span)
    _ = try? ProcessReader.parseOpenFileLimit(bytes.span)
    _ = ProcessReader.parseArguments(bytes.span)
    _ = ProcessReader.managedName(bytes.span)
    var ports: [UInt64: ListeningSockets.Port] = [:]
    ProcessReader.parseSockets(bytes.span, isVersion6: false, to: &ports)
    #expect(ports.count <= 1)
  }
}
