import TestSupport
import Testing
import WebClient

/// `tocsin up`: both daemons from one command.
@Suite struct UpTests {
  @Test func bothDaemonsStartMonitorThemselvesAndStopOnASignal() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-up")
    let exporter = try FreePort.next()
    let evaluator = try FreePort.next()
    _ = try folder.write(
      """
      global: {scrape_interval: 3s, evaluation_interval: 1s}
      rule_files: ["\(Daemon.repository)/rules/*.yml", rules.yml]
      scrape_configs:
        - job_name: tocsin-exporter
          static_configs: [{targets: ["127.0.0.1:\(exporter)"]}]
        - job_name: tocsin-evaluator
          static_configs: [{targets: ["127.0.0.1:\(evaluator)"]}]
      """, to: "prometheus.yml")
    _ = try folder.write(
      "groups: [{name: g, rules: [{alert: Seen, expr: 'vector(1)', annotations: {summary: look}}]}]",
      to: "rules.yml")
    let process = try ChildProcess.start(
      Daemon.executable,
      [
        "up", "--config.dir", folder.path, "--storage.path", folder.file("data"),
        "--exporter.listen-address", "127.0.0.1:\(exporter)",
        "--evaluator.listen-address", "127.0.0.1:\(evaluator)",
      ])
    let daemon = Daemon(process: process, port: evaluator)
    try await eventually("the evaluator is ready") {
      (try? await daemon.get("/-/ready").status) == 200
    }
    try await daemon.waitFor("sum(up)", equals: 2)
    try await eventually("the alert is on the screen") { process.output.contains("Seen") }
    #expect(process.output.contains("http://127.0.0.1:\(exporter)"))
    #expect(process.output.contains("http://127.0.0.1:\(evaluator)"))
    // On a busy machine the first scrape may end before the host was read.
    try await daemon.waitFor("count(node_load1)", equals: 1)
    #expect(try await daemon.stop() == 0)
  }
}
