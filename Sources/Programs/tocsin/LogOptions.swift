import ArgumentParser
import Logging

/// The logging flags of all daemons, with Prometheus' names.
struct LogOptions: ParsableArguments {
  @Option(
    name: .customLong("log.level"),
    help: "Only log messages with this severity or above: debug, info, warn, error.")
  var level: LogLevel?

  @Option(name: .customLong("log.format"), help: "Output format of log messages: logfmt, json.")
  var format: LogFormat = .logfmt

  /// Makes every logger of the process write to standard error in the chosen format.
  func bootstrap(default standard: LogLevel = .info) {
    let level = (level ?? standard).level
    let format = format
    LoggingSystem.bootstrap { label in
      StandardErrorLog(label: label, format: format, logLevel: level)
    }
  }
}

/// Log levels by Prometheus' names.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case debug, info, warn, error

  /// The level of the logging API.
  var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warn: .warning
    case .error: .error
    }
  }
}

/// The format of a log line.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
  case logfmt, json
}
