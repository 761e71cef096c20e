import CollectorCore
import Configuration
package import ExporterConfiguration
package import YAMLDecoding
import PostgresAccess
import PostgresCollectors

extension ExporterConfiguration {
  /// The selected built-in Postgres queries.
  var postgresSelection: PostgresSelection {
    let choice = CollectorChoice(self)
    var selection = PostgresSelection()
    selection.enabled = choice.postgres(enabledCollectors)
    selection.disabled = choice.postgres(disabledCollectors)
    let options = postgresOptions
    selection.databases = options.databases
    selection.generations = options.generations
    selection.slowInterval = options.slowInterval ?? selection.slowInterval
    selection.databaseInterval = options.databaseInterval ?? selection.databaseInterval
    return selection
  }

  /// Reads the files with custom queries that the configuration names, and returns the number of
  /// queries.
  @discardableResult
  package func checkQueries(_ diagnostics: ConfigDiagnostics) -> Int {
    CustomQueriesFile.read(queryFiles, builtIn: postgresSelection, diagnostics: diagnostics)
      .reduce(0) { $0 + $1.queries.count }
  }
}

/// `tocsin check queries`: reads custom queries, runs them once, and shows their series.
package struct CustomQueriesCheck {
  /// The number of series per query that are printed, unless all are requested.
  package static let shownSeries = 10

  private let files: [CustomQueriesFile]
  private let servers: [PostgresServer]

  /// Reads the files, or those of the configuration if none are given. `url` replaces the
  /// configuration's servers.
  ///
  /// Errors in the files are reported to the diagnostics.
  ///
  /// - Throws: ``ServerError`` for a server that cannot be used.
  package init(
    files: [String], url: String?, configuration: ExporterConfiguration,
    diagnostics: ConfigDiagnostics
  ) throws {
    let references =
      files.isEmpty ? configuration.queryFiles : files.map { CustomQueriesFile.Reference(path: $0) }
    self.files = CustomQueriesFile.read(
      references, builtIn: configuration.postgresSelection, diagnostics: diagnostics)
    var servers = configuration.postgres
    if let url {
      servers = [
        ExporterConfiguration.Server(
          connection: .inline(url), password: nil, origin: "--url")
      ]
    }
    self.servers = try servers.map { PostgresServer(try $0.postgresSettings()) }
  }

  /// A summary of the files, one line for each valid file.
  package var summary: [String] {
    files.filter { !$0.isFaulty }.map {
      "ok: \($0.path) (\(CustomQueryReport.count($0.queries.count, "query", "queries")))"
    }
  }

  /// Runs every query once on every server and prints the results. Returns the number of errors.
  package func run(all: Bool, print: (String) -> Void) async -> Int {
    var mistakes = 0
    for server in servers {
      print("server \(server.label)")
      for trial in await CustomQueryTrial.run(files.flatMap(\.queries), on: server) {
        let report = CustomQueryReport(trial, shown: all ? .max : Self.shownSeries)
        report.lines.forEach(print)
        mistakes += report.mistakes
      }
    }
    return mistakes
  }
}

/// The result of a query's trial run, as lines of text.
struct CustomQueryReport {
  private(set) var lines: [String] = []
  private(set) var mistakes = 0

  init(_ trial: CustomQueryTrial, shown limit: Int) {
    let place = trial.database.isEmpty ? trial.query : "\(trial.query) in \(trial.database)"
    let took = Self.milliseconds(trial.state.took)
    guard let isGood = trial.state.isGood else {
      lines.append("  \(place): not run: \(trial.state.message ?? "")")
      return
    }
    guard isGood, let answer = trial.state.answer else {
      mistakes += 1
      lines.append("  \(place): FAILED after \(took): \(trial.state.message ?? "")")
      if let fix = Self.fix(trial.state.message ?? "") { lines.append("    \(fix)") }
      return
    }
    lines.append(
      "  \(place): \(Self.count(answer.rows, "row")), \(answer.seriesCount) series, \(took)")
    let series = trial.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    lines += series.prefix(limit).map { "    \($0)" }
    if series.count > limit { lines.append("    ... and \(series.count - limit) more") }
    lines += answer.silent.map { family in
      let labels = family.labels.isEmpty ? "" : "{\(family.labels.joined(separator: ","))}"
      return "    \(family.name)\(labels): no row gives it a value now"
    }
    if answer.overflowRows > 0 {
      lines.append("    warning: \(Self.count(answer.overflowRows, "row")) beyond the limits")
    }
    lines += answer.warnings.map { "    warning: \($0)" }
    lines += answer.problems.map { "    mistake: \($0)" }
    mistakes += answer.problems.count
  }

  /// The fix for a frequent error message; nil if none is known.
  private static func fix(_ message: String) -> String? {
    let fixes = [
      "42P01": "write tables with their schema (public.jobs), or set search_path",
      "42883": "write functions with their schema, or set search_path",
      "42501": "GRANT SELECT on what it reads to the role of the exporter",
      "25006": "the session is read-only: a query only reads",
      "57014": "it took longer than its timeout: raise it, or put the query in lane: slow",
      "55P03": "a lock was in the way: try again",
    ]
    return fixes.first { message.contains("SQLSTATE \($0.key)") }?.value
  }

  static func count(_ number: Int, _ noun: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : many ?? noun + "s")"
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = Int((duration / .microseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10) ms"
  }
}
