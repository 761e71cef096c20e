import ArgumentParser
import Foundation
import QueryScripts

/// `tocsin test`
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run tests that are written down in files.",
    subcommands: [TestPromQL.self])
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
