import Foundation
import TestSupport
import Testing
import WebClient

/// Bad input gives one clear line with the file, the line and the fix, and an exit status that is
/// not 0; nothing is started.
@Suite struct BadInputTests {
  private struct Outcome {
    let status: Int32
    let output: String
  }

  private func run(_ arguments: [String]) async throws -> Outcome {
    let process = try ChildProcess.start(Daemon.executable, arguments)
    let status = try await process.waitForExit()
    return Outcome(status: status, output: process.output)
  }

  private func evaluator(
    _ prometheus: String, notifications: String? = nil, storage: String? = nil
  ) async throws -> Outcome {
    let folder = try TemporaryDirectory(prefix: "tocsin-bad")
    var arguments = [
      "evaluator", "--config.file", try folder.write(prometheus, to: "prometheus.yml"),
      "--web.listen-address", "127.0.0.1:0", "--storage.path", storage ?? folder.file("data"),
    ]
    if let notifications {
      arguments += [
        "--notifications.config-file", try folder.write(notifications, to: "alertmanager.yml"),
      ]
    }
    let outcome = try await run(arguments)
    if storage == nil {
      #expect(!FileManager.default.fileExists(atPath: folder.file("data")), "half-started")
    }
    return outcome
  }

  @Test(arguments: [
    ("global:\n  scrape_intervall: 15s\n", "prometheus.yml:2:3", "scrape_interval\""),
    ("global: [\n", "prometheus.yml:", "YAML"),
    ("scrape_configs:\n  - job_name: a\n  - job_name: a\n", "prometheus.yml:3", "job"),
    ("rule_files: [missing.yml]\n", "prometheus.yml:1", "missing.yml"),
    ("remote_read:\n  - url: http://x\n", "prometheus.yml:1:1", "remote_read"),
  ])
  func prometheusFile(text: String, place: String, word: String) async throws {
    let outcome = try await evaluator(text)
    #expect(outcome.status != 0)
    #expect(outcome.output.contains(place), "\(outcome.output)")
    #expect(outcome.output.contains(word), "\(outcome.output)")
  }

  @Test(arguments: [
    ("route: {receiver: a}\nreceivers:\n  - name: a\n  - name: a\n", "alertmanager.yml:4", "a"),
    ("route: {receiver: b}\nreceivers:\n  - name: a\n", "alertmanager.yml:1", "b"),
    (
      "route: {receiver: a}\nreceivers:\n  - name: a\n    webhook_configs:\n      - url_file: /nowhere\n",
      "alertmanager.yml:5", "/nowhere"
    ),
  ])
  func notificationsFile(text: String, place: String, word: String) async throws {
    let outcome = try await evaluator("global: {}\n", notifications: text)
    #expect(outcome.status != 0)
    #expect(outcome.output.contains(place), "\(outcome.output)")
    #expect(outcome.output.contains(word), "\(outcome.output)")
  }

  @Test func aRuleThatDoesNotParseIsNamedByItsLine() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-bad")
    let rules = try folder.write(
      "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum(up\n", to: "rules.yml")
    let outcome = try await run(["check", "rules", rules])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("rules.yml:5:"), "\(outcome.output)")
  }

  @Test func aPortInUseIsNamed() async throws {
    let first = try await Daemon.exporter()
    let outcome = try await run([
      "exporter", "--web.listen-address", "127.0.0.1:\(first.port)",
    ])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("127.0.0.1:\(first.port)"), "\(outcome.output)")
    #expect(outcome.output.contains("in use"), "\(outcome.output)")
  }

  @Test func aFolderThatCannotBeWrittenIsNamed() async throws {
    let outcome = try await evaluator("global: {}\n", storage: "/proc/tocsin")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("/proc/tocsin"), "\(outcome.output)")
  }

  @Test func aBadFlagIsAnErrorOfUse() async throws {
    #expect(try await run(["exporter", "--web.listen-adress", ":1"]).status == 64)
    #expect(try await run(["--version"]).status == 0)
    #expect(try await run(["--help"]).output.contains("evaluator"))
  }
}
