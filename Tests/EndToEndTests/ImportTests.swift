import Foundation
import TestSupport
import Testing

/// `tocsin import` into a running evaluator.
@Suite(.timeLimit(.minutes(20)))
struct ImportTests {
  @Test func importsAnOpenMetricsFileTwiceWithoutHarm() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-import")
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write("{}", to: "p.yml"), storage: folder.file("data"))
    let lines = (0..<6_000).map { "m{n=\"\($0 % 3)\"} \($0) \(1_700_000_000 + $0 / 3)\n" }
    let file = try folder.write(
      "# TYPE m gauge\n" + lines.joined() + "# EOF\n", to: "metrics")
    let url = "http://127.0.0.1:\(evaluator.port)/api/v1/write"
    for _ in 0..<2 {
      let process = try ChildProcess.start(Daemon.executable, ["import", file, "--url", url])
      #expect(try await process.waitForExit() == 0, "\(process.output)")
      #expect(process.output.contains("imported 6000 samples of 3 series"))
    }
    #expect(try await evaluator.value("sum(count_over_time(m[1h] @ 1700002000))") == 6_000)
    #expect(try await evaluator.value(#"m{n="2"} @ 1700001999"#) == 5_999)
  }

  /// Samples that are months old, in chunks that are no longer in memory when the same samples come
  /// again.
  @Test func anInterruptedImportIsRunAgain() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-import")
    let configuration = try folder.write("{}", to: "p.yml")
    let now = Int(Date().timeIntervalSince1970)
    let start = now - 100_000
    let lines = (0..<60_000).map { "m{n=\"\($0 % 3)\"} \($0) \(start + $0 / 3)\n" }
    let file = try folder.write(lines.joined() + "last 1 \(now)\n# EOF\n", to: "metrics")
    var evaluator = try await Daemon.evaluator(
      configuration: configuration, storage: folder.file("data"))
    let url = "http://127.0.0.1:\(evaluator.port)/api/v1/write"
    let first = try ChildProcess.start(Daemon.executable, ["import", file, "--url", url])
    try await eventually("some samples are there") {
      try await evaluator.value("count_over_time(m{n=\"0\"}[1h] @ \(start + 1_000))") ?? 0 > 0
    }
    first.signal(SIGKILL)
    try await first.waitForExit()
    for _ in 0..<2 {
      // In the second round everything is there, and on disk only.
      let process = try ChildProcess.start(Daemon.executable, ["import", file, "--url", url])
      #expect(try await process.waitForExit() == 0, "\(process.output)")
      #expect(process.output.contains("imported 60001 samples of 4 series"))
      #expect(process.output.contains("100 % "))
      #expect(
        try await evaluator.value("sum(count_over_time(m[6h] @ \(start + 20_100)))") == 60_000)
      #expect(try await evaluator.stop() == 0)
      evaluator = try await Daemon.evaluator(
        port: evaluator.port, configuration: configuration, storage: folder.file("data"))
    }
  }

  @Test func importsIntoAFolderThatNobodyUses() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-import")
    let file = try folder.write("m 1 1700000000\nm 2 1700000015\n# EOF\n", to: "metrics")
    let data = folder.file("data")
    for _ in 0..<2 {
      let process = try ChildProcess.start(
        Daemon.executable, ["import", file, "--storage.path", data])
      #expect(try await process.waitForExit() == 0, "\(process.output)")
      #expect(process.output.contains("imported 2 samples of 1 series"))
    }
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write("{}", to: "p.yml"), storage: data)
    #expect(try await evaluator.value("m @ 1700000020") == 2)
    let process = try ChildProcess.start(
      Daemon.executable, ["import", file, "--storage.path", data])
    #expect(try await process.waitForExit() == 1)
    #expect(process.output.contains("storage.path is in use by pid"), "\(process.output)")
  }

  @Test(arguments: [
    ("m 1\n# EOF\n", "metrics:1: a sample without a time"),
    ("m 1 1\nm 1 x\n# EOF\n", "metrics:2: expected"), ("m 1 1\n", "expected # EOF"),
  ])
  func refusesABrokenFile(text: String, reason: String) async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-import")
    let file = try folder.write(text, to: "metrics")
    let process = try ChildProcess.start(Daemon.executable, ["import", file])
    #expect(try await process.waitForExit() == 1)
    #expect(process.output.contains(reason), "\(process.output)")
  }
}
