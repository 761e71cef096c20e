import ArgumentParser
import ExporterConfiguration
import YAMLDecoding
import ExporterService

/// `tocsin check processes`
struct CheckProcesses: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "processes",
    abstract: "Show which process of this host belongs to which group, and why.",
    discussion: """
      Nothing is collected or stored. Threads of the kernel are left out unless a rule takes them.
      """)

  @Option(
    name: .customLong("config.file"), help: "The exporter's file. Without it: all defaults.")
  var configFile: String?

  @OptionGroup var flags: ProcessFlags

  @Flag(help: "Show processes without a group too.") var all = false

  func run() async throws {
    await Startup.exitOnFailure {
      var configuration = ExporterConfiguration()
      if let configFile {
        let diagnostics = ConfigDiagnostics()
        configuration = ExporterConfiguration.read(file: configFile, diagnostics: diagnostics)
        try diagnostics.throwIfAny()
      }
      try flags.apply(to: &configuration)
      let table = try configuration.surveyProcesses()
      for line in table.lines(withUngrouped: all) { print(line) }
    }
  }
}
