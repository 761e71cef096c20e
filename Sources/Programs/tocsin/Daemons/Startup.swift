import ArgumentParser
import YAMLDecoding
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The startup of all daemons: runs services until a signal and reports errors in plain lines.
enum Startup {
  /// Runs services until SIGTERM or SIGINT, then gives them four seconds to stop.
  static func run(_ services: [any Service]) async throws {
    var configuration = ServiceGroupConfiguration(
      services: services.map {
        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "tocsin"))
    configuration.maximumGracefulShutdownDuration = .seconds(4)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Runs `body`; an error is reported as one line per mistake on standard error, with exit status
  /// 1.
  static func exitOnFailure(_ body: () async throws -> Void) async {
    do {
      try await body()
    } catch {
      FileHandle.standardError.write(Data(lines(of: error).utf8))
      Tocsin.exit(withError: ExitCode(1))
    }
  }

  /// Prints warnings about settings that are allowed but probably not intended.
  static func show(_ warnings: [ConfigError]) {
    for warning in warnings {
      FileHandle.standardError.write(Data("tocsin: warning: \(warning)\n".utf8))
    }
  }

  private static func lines(of error: any Error) -> String {
    let texts: [String]
    if let failure = error as? ConfigFailure {
      texts = failure.errors.map(\.description)
    } else {
      texts = ["\(error)"]
    }
    return texts.map { "tocsin: \($0)\n" }.joined()
  }
}
