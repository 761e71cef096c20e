import Foundation
import TestSupport
import Testing

/// The files of rules/, config/ and grafana/ are valid for the usual tools.
@Suite struct ShippedFilesTests {
  static let files = FileManager.default
  static let rules = shipped("rules", ".yml")
  static let tests = shipped("rules/tests", "_test.yml")
  static let dashboards = shipped("grafana", ".json")

  private static func shipped(_ folder: String, _ suffix: String) -> [String] {
    let names = (try? files.contentsOfDirectory(atPath: "\(Daemon.repository)/\(folder)")) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map {
      "\(Daemon.repository)/\(folder)/\($0)"
    }
  }

  @Test func everyRuleFileHasATestAndEveryDomainADashboard() {
    #expect(Self.rules.count >= 5)
    let names = Self.rules.map { ($0 as NSString).lastPathComponent.replacing(".yml", with: "") }
    let tested = Self.tests.map {
      ($0 as NSString).lastPathComponent.replacing("_test.yml", with: "")
    }
    #expect(names == tested)
    #expect(Self.dashboards.count >= 4)
  }

  @Test func promtoolAcceptsEveryRuleFile() async throws {
    try await expectSuccess("promtool", ["check", "rules"] + Self.rules)
  }

  @Test func promtoolPassesEveryRuleTest() async throws {
    try await expectSuccess("promtool", ["test", "rules"] + Self.tests)
  }

  @Test func promtoolAndAmtoolAcceptTheShippedConfiguration() async throws {
    try await expectSuccess(
      "promtool", ["check", "config", "\(Daemon.repository)/config/prometheus.yml"])
    try await expectSuccess(
      "amtool", ["check-config", "\(Daemon.repository)/config/alertmanager.yml"])
  }

  @Test func tocsinAcceptsWhatItShips() async throws {
    try await expectSuccess(
      Daemon.executable, ["check", "--config.dir", "\(Daemon.repository)/config"])
    try await expectSuccess(Daemon.executable, ["check", "rules"] + Self.rules)
  }

  private func expectSuccess(_ program: String, _ arguments: [String]) async throws {
    let process = try ChildProcess.start(program, arguments)
    let status = try await process.waitForExit()
    #expect(status == 0, "\(program) \(arguments.joined(separator: " ")):\n\(process.output)")
  }
}
