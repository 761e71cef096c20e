import Foundation
import TestSupport
import Testing

/// `tocsin store` on the folder of a running evaluator, and an evaluator whose disk is full.
@Suite(.timeLimit(.minutes(20)))
struct StoreTests {
  @Test func looksIntoTheSamplesOfARunningEvaluator() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-store")
    let data = folder.file("data")
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write("{}", to: "p.yml"), storage: data)
    let lines = (0..<3_000).map { "m{n=\"\($0 % 3)\"} \($0) \(1_700_000_000 + $0 / 3)\n" }
    let file = try folder.write("# TYPE m gauge\n" + lines.joined() + "# EOF\n", to: "metrics")
    _ = try await Self.run(
      "import", file, "--url", "http://127.0.0.1:\(evaluator.port)/api/v1/write")

    let info = try await Self.run("store", "info", data)
    #expect(info.contains("series            3\n"))
    #expect(info.contains("sealed samples    2"), "\(info)")
    #expect(try await Self.run("store", "verify", data).hasPrefix("ok: 3 series, "))
    #expect(try await Self.run("store", "top", data).contains("         3  m\n"))

    let export = try await Self.run("store", "export", data)
    let exported = export.split(separator: "\n").filter { $0.hasPrefix("m{") }
    #expect(exported.count == 3_000)
    #expect(exported.contains { $0.hasPrefix(#"m{n="1"} 1000"#) && $0.contains(" 1700000333") })
    #expect(export.hasSuffix("# EOF\n"))
    #expect(
      try await Self.run("store", "export", data, "--match", "none", "--match", #"m{n="2"}"#)
        .split(separator: "\n").filter { $0.hasPrefix("m{") }.count == 1_000)
    #expect(try await Self.run("store", "export", data, "--match", "none") == "# EOF\n")

    let copy = folder.file("copy")
    #expect(try await Self.run("store", "snapshot", data, copy).contains("ok: \(copy)/samples.db"))
    #expect(try await Self.run("store", "verify", copy).hasPrefix("ok: 3 series, "))
    let second = try await Daemon.evaluator(
      configuration: folder.file("p.yml"), storage: copy)
    #expect(try await second.value("sum(count_over_time(m[1h] @ 1700002000))") == 3_000)
    #expect(try await second.stop() == 0)

    let missing = try ChildProcess.start(Daemon.executable, ["store", "info", folder.file("none")])
    #expect(try await missing.waitForExit() == 1)
    #expect(missing.output.contains("there is no such file; name the folder of storage.path"))
  }

  /// Mounting a small file system takes root, as in CI.
  @Test(.enabled(if: getuid() == 0, "needs root to mount a small file system"))
  func onAFullDiskAlertsGoOnAndItRecoversByItself() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-full")
    let data = folder.file("data")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try await Self.system("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", data)
    do {
      try await fillAndEmpty(data, folder)
    } catch {
      try? await Self.system("umount", "--lazy", data)
      throw error
    }
    try await Self.system("umount", "--lazy", data)
  }

  private func fillAndEmpty(_ data: String, _ folder: TemporaryDirectory) async throws {
    let exporter = try await Daemon.exporter()
    let receiver = try MessageReceiver()
    let rules = try folder.write(
      """
      groups:
        - name: g
          rules:
            - alert: Full
              expr: tocsin_store_errors_total > 0
      """, to: "rules.yml")
    let port = try FreePort.next()
    let configuration = try folder.write(
      """
      global: {scrape_interval: 3s, evaluation_interval: 1s}
      rule_files: [\(rules)]
      scrape_configs:
        - job_name: hosts
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)", "127.0.0.1:\(port)"]}]
      """, to: "prometheus.yml")
    let notifications = try folder.write(
      """
      route: {receiver: team, group_wait: 1s, group_interval: 1s}
      receivers:
        - name: team
          webhook_configs: [{url: "http://127.0.0.1:\(receiver.port)/webhook"}]
      """, to: "alertmanager.yml")
    let evaluator = try await Daemon.evaluator(
      port: port, configuration: configuration, notifications: notifications, storage: data)
    try await evaluator.waitFor("count(up == 1)", equals: 2)
    // Fills the disk to the last byte.
    _ = try await ChildProcess.start("dd", ["if=/dev/zero", "of=\(data)/ballast", "bs=4k"])
      .waitForExit()
    try await eventually("the errors are counted") {
      try await evaluator.ownMetric("tocsin_store_errors_total") ?? 0 > 0
    }
    #expect(evaluator.process.output.contains("the disk is full; free some space"))
    try await eventually("the alert is delivered") {
      !receiver.webhook.isEmpty
    }
    // Scraping goes on; on a busy machine one scrape may be late.
    try await evaluator.waitFor("count(up == 1)", equals: 2)
    // SQLite's log has reserved space, which is used up first.
    try await eventually("batches wait for space") {
      try await evaluator.ownMetric("tocsin_store_pending_batches") ?? 0 > 0
    }

    try FileManager.default.removeItem(atPath: data + "/ballast")
    try await eventually("it has recovered") {
      evaluator.process.output.contains("samples are written again")
    }
    #expect(try await evaluator.stop() == 0)
    #expect(try await Self.run("store", "verify", data).hasPrefix("ok: "))
    await receiver.stop()
  }

  /// Runs the program, expects success and returns its output.
  private static func run(_ arguments: String...) async throws -> String {
    let process = try ChildProcess.start(Daemon.executable, arguments)
    let status = try await process.waitForExit()
    guard status == 0 else {
      throw EndToEndError("\(arguments) ended with \(status); it wrote:\n\(process.output)")
    }
    return process.output
  }

  private static func system(_ words: String...) async throws {
    let process = try ChildProcess.start(words[0], Array(words.dropFirst()))
    let status = try await process.waitForExit()
    guard status == 0 else { throw EndToEndError("\(words): \(process.output)") }
  }
}
