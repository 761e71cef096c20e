import ArgumentParser
// Only linked: its symbols replace ICU's data, which stays out of the binary.
private import CICUData
import MetricModel

/// The executable: one subcommand per daemon and tool, each in a file of its own.
@main
struct Tocsin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tocsin",
    abstract: "Monitoring for small teams: a Prometheus-compatible exporter and alert evaluator.",
    discussion: """
      Start with `tocsin up`: it monitors this machine at once. On a server, run `tocsin exporter` and \
      `tocsin evaluator` as services of their own.
      """,
    version: TocsinVersion.current,
    subcommands: [
      UpCommand.self, ExporterCommand.self, EvaluatorCommand.self, CheckCommand.self,
      TestCommand.self, QueryCommand.self,
      StoreCommand.self,
      ImportCommand.self,
    ])
}
