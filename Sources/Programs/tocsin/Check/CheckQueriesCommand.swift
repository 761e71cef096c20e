import ArgumentParser
import ExporterConfiguration
import YAMLDecoding
import ExporterService

/// `tocsin check queries`
struct CheckQueries: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queries",
    abstract: "Check files with custom Postgres queries, and run them to see their series.",
    discussion: """
      Reads Tocsin's own format and postgres_exporter's queries.yaml. With --url or --config.file every query runs once \
      under the settings of a real scrape, and its series are shown with counts and time. The exit status is 1 if \
      anything is wrong. Leave the password out of --url: PGPASSWORD and ~/.pgpass are read.
      """)

  @Argument(help: "The files; without any, those that the configuration file names.")
  var files: [String] = []

  @Option(help: "Run the queries on this server (postgresql://...).")
  var url: String?

  @Option(
    name: .customLong("config.file"),
    help:
      "The exporter's file: its collectors, files of queries, and servers unless --url is given.")
  var configFile: String?

  @Flag(help: "Show every series, not only the first \(CustomQueriesCheck.shownSeries) of a query.")
  var all = false

  func validate() throws {
    if files.isEmpty, configFile == nil {
      throw ValidationError("name a file of queries, or an exporter's file with --config.file")
    }
  }

  func run() async throws {
    var mistakes = 0
    await Startup.exitOnFailure {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      let configuration =
        configFile.map { ExporterConfiguration.read(file: $0, diagnostics: diagnostics) }
        ?? ExporterConfiguration()
      let check = try CustomQueriesCheck(
        files: files, url: url, configuration: configuration, diagnostics: diagnostics)
      check.summary.forEach { print($0) }
      Startup.show(diagnostics.warnings)
      mistakes = await check.run(all: all) { print($0) }
      try diagnostics.throwIfAny()
    }
    if mistakes > 0 { throw ExitCode(1) }
  }
}
