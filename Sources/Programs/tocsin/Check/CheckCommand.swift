import ArgumentParser
import EvaluatorConfiguration
import ExporterConfiguration
import YAMLDecoding
import ExporterService
import WebSecurity
import WebServer

/// `tocsin check`
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Read configuration, rule and receiver files as the daemons would, and name every mistake.",
    discussion: """
      Each mistake is one line with file, line, column and fix; the exit status is then 1. Without a subcommand \
      the files of a configuration folder are checked.
      """,
    subcommands: [
      CheckConfig.self, CheckRules.self, CheckNotifications.self, CheckExporter.self,
      CheckWebConfig.self, CheckQueries.self, CheckProcesses.self,
    ])

  @Option(name: .customLong("config.dir"), help: "Folder with the configuration.")
  var configDirectory = "config"

  func run() async throws {
    let files = ConfigurationFolder(configDirectory)
    await Startup.exitOnFailure {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      let loaded = EvaluatorConfiguration.read(
        prometheus: files.prometheus, notifications: files.alertmanager, diagnostics: diagnostics)
      if let exporter = files.exporter {
        ExporterConfiguration.read(file: exporter, diagnostics: diagnostics)
          .checkQueries(diagnostics)
      }
      Startup.show(diagnostics.warnings)
      try diagnostics.throwIfAny()
      print("ok: \(files.path) (\(loaded.description))")
    }
  }
}

/// `tocsin check config`
struct CheckConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check a prometheus.yml and the rule files that it names.")

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    await Startup.check(files) { file, diagnostics in
      EvaluatorConfiguration.read(
        prometheus: file, notifications: nil, diagnostics: diagnostics
      ).description
    }
  }
}

/// `tocsin check rules`
struct CheckRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Check rule files.")

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    await Startup.check(files) { file, diagnostics in
      EvaluatorConfiguration.readRules(file: file, diagnostics: diagnostics)
    }
  }
}

/// `tocsin check notifications`
struct CheckNotifications: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notifications", abstract: "Check an alertmanager.yml.")

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    await Startup.check(files) { file, diagnostics in
      EvaluatorConfiguration.readNotifications(file: file, diagnostics: diagnostics)
    }
  }
}

/// `tocsin check exporter`
struct CheckExporter: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exporter", abstract: "Check a file of the exporter.")

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    await Startup.check(files) { file, diagnostics in
      let configuration = ExporterConfiguration.read(file: file, diagnostics: diagnostics)
      let queries = configuration.checkQueries(diagnostics)
      return
        "\(configuration.postgres.count) Postgres and \(configuration.redis.count) Redis servers,"
        + " \(queries) custom queries"
    }
  }
}

/// `tocsin check web-config`
struct CheckWebConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "web-config",
    abstract: "Check a file for --web.config.file, with the certificates and keys that it names.")

  @Argument(help: "The files.") var files: [String]

  func run() async throws {
    await Startup.check(files) { file, diagnostics in
      let security = WebConfigFile.read(file, diagnostics: diagnostics).security
      let users = security.passwords?.users.count ?? 0
      return "\(security.tls == nil ? "no TLS" : "TLS"), \(users) users"
    }
  }
}

extension Startup {
  /// Reads files one after another and reports the contents of each, or all errors of all files.
  static func check(
    _ files: [String], _ read: (String, ConfigDiagnostics) -> String
  ) async {
    await exitOnFailure {
      let diagnostics = ConfigDiagnostics(readsSecretFiles: true)
      for file in files {
        let before = diagnostics.count
        let contents = read(file, diagnostics)
        if diagnostics.count == before { print("ok: \(file) (\(contents))") }
      }
      show(diagnostics.warnings)
      try diagnostics.throwIfAny()
    }
  }
}
