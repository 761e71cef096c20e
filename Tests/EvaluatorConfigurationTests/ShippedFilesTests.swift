import YAMLDecoding
import Foundation
import Testing

@testable import EvaluatorConfiguration

/// The repository's own folder.
private let root = (0..<3).reduce(URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()) {
  url, _ in
  url.deletingLastPathComponent()
}

@Test func shippedConfigurationsHaveNoMistakes() throws {
  let diagnostics = ConfigDiagnostics()
  let path = root.appendingPathComponent("config/prometheus.yml").path
  let configuration = try #require(PrometheusConfiguration.load(path: path, into: diagnostics))
  #expect(!configuration.jobs.isEmpty)
  _ = RuleFiles.load(for: configuration, into: diagnostics)
  _ = AlertmanagerConfiguration.load(
    path: root.appendingPathComponent("config/alertmanager.yml").path, into: diagnostics)
  #expect(diagnostics.errors.map(\.description) == [])
}

@Test func shippedRulesHaveNoMistakes() {
  let diagnostics = ConfigDiagnostics()
  let files = FilePattern("rules/*.yml").files(in: root.path)
  let groups = files.flatMap { RuleFiles.load(path: $0, into: diagnostics) }
  #expect(diagnostics.errors.map(\.description) == [])
  #expect(!files.isEmpty && groups.count >= files.count)
}
