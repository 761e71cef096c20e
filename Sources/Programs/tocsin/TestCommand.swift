import ArgumentParser
import YAMLDecoding
import EvaluatorService
import Foundation
import PatternMatching
import QueryScripts

/// `tocsin test`
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run tests that are written down in files.",
    subcommands: [TestRules.self, TestPromQL.self])
}

/// `tocsin test rules`
struct TestRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Run tests of alerting and recording rules, in promtool's format.",
    discussion: """
      A file names rule files, gives series, and says which alerts fire and what expressions give at which time. Each \
      failure is shown with file, line and what differs; the exit status is then 1.
      """)

  @Option(name: .customLong("run"), help: "Only tests whose name matches this pattern.")
  var pattern: String?

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    var hasFailed = false
    await Startup.exitOnFailure {
      let wanted = try pattern.map { try RegularExpression($0, anchoring: .anywhere) }
      for file in files {
        let diagnostics = ConfigDiagnostics()
        let tests = RuleTestFile.read(file, diagnostics: diagnostics)
        Startup.show(diagnostics.warnings)
        try diagnostics.throwIfAny()
        let report = await tests.run { name in wanted?.matches(name) ?? true }
        for failure in report.failures { print(failure) }
        print("\(file): \(report.passed) passed, \(report.failures.count) failed")
        if !report.failures.isEmpty { hasFailed = true }
      }
    }
    if hasFailed { throw ExitCode.failure }
  }
}

/// `tocsin test promql`
struct TestPromQL: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promql",
    abstract: "Run query scripts in Prometheus' test language against the query engine.",
    discussion: """
      A script loads series and says what expressions give (load, clear, eval instant, eval range, expect). Each \
      instant case is asked again inside of a range query and pinned by @. Cases that meet native histograms are \
      skipped. The exit status is 1 if any case fails.
      """)

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    var total = ScriptReport()
    for file in files {
      let text: String
      do {
        text = try String(contentsOfFile: file, encoding: .utf8)
      } catch {
        throw ValidationError("cannot read \(file): \(error.localizedDescription)")
      }
      let report = await ScriptRunner.run(Script(text))
      for failure in report.failures { print("\(file):\(failure)") }
      print("\(file): \(Self.counts(report))")
      total.add(report)
    }
    if files.count > 1 { print("all: \(Self.counts(total))") }
    if !total.failures.isEmpty { throw ExitCode.failure }
  }

  private static func counts(_ report: ScriptReport) -> String {
    "\(report.passed) passed, \(report.failures.count) failed, \(report.skipped) skipped"
  }
}
