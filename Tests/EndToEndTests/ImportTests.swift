import TestSupport
import Testing

/// `tocsin import` into a running evaluator.
@Suite(.timeLimit(.minutes(1)))
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

  @Test(arguments: [
    ("m 1\n# EOF\n", "line 1: a sample without a time"),
    ("m 1 1\nm 1 x\n# EOF\n", "line 2: expected"), ("m 1 1\n", "expected # EOF"),
  ])
  func refusesABrokenFile(text: String, reason: String) async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-import")
    let file = try folder.write(text, to: "metrics")
    let process = try ChildProcess.start(Daemon.executable, ["import", file])
    #expect(try await process.waitForExit() == 1)
    #expect(process.output.contains(reason), "\(process.output)")
  }
}
