import Foundation
import TestSupport

/// The commands of the built program with their flags, as its own help lists them.
struct CommandHelp: Decodable, Sendable {
  struct Command: Decodable, Sendable {
    var commandName: String
    var arguments: [Argument]?
    var subcommands: [Command]?
  }

  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      var kind: String
      var name: String

      var text: String { kind == "short" ? "-\(name)" : "--\(name)" }
    }

    var kind: String
    var names: [Name]?
    var defaultValue: String?
  }

  let command: Command

  static func read() async throws -> CommandHelp {
    let process = try ChildProcess.start(Daemon.executable, ["--experimental-dump-help"])
    try await process.waitForExit(within: .seconds(300))
    return try JSONDecoder().decode(CommandHelp.self, from: Data(process.output.utf8))
  }

  /// Every command that has flags, such as `tocsin check queries`.
  var commands: [(name: String, flags: [String: Argument])] { Self.commands(command, []) }

  private static func commands(
    _ command: Command, _ path: [String]
  ) -> [(name: String, flags: [String: Argument])] {
    let path = path + [command.commandName]
    var flags: [String: Argument] = [:]
    for argument in command.arguments ?? [] where argument.kind != "positional" {
      for name in argument.names ?? [] where !["version", "help", "h"].contains(name.name) {
        flags[name.text] = argument
      }
    }
    return [(path.joined(separator: " "), flags)]
      + (command.subcommands ?? []).filter { $0.commandName != "help" }
      .flatMap { commands($0, path) }
  }

  /// Returns what is wrong with the arguments of a command line; nil if nothing is.
  func complaint(about arguments: [String]) -> String? {
    var path = [command.commandName]
    let all = commands
    var rest = arguments[...]
    while let next = rest.first,
      all.contains(where: { $0.name == (path + [next]).joined(separator: " ") })
    {
      path.append(next)
      rest.removeFirst()
    }
    let name = path.joined(separator: " ")
    guard let flags = all.first(where: { $0.name == name })?.flags else { return "no \(name)" }
    if path.count == 1, let word = rest.first, !word.hasPrefix("-"), word != "help" {
      return "there is no command \"\(word)\""
    }
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.count > 1 else { continue }
      let flag = String(word.split(separator: "=", maxSplits: 1)[0])
      if ["--help", "--version", "-h"].contains(flag) { continue }
      if name == "tocsin exporter", flag.contains("collector.") { continue }
      guard let argument = flags[flag] else { return "\(name) has no flag \(flag)" }
      if argument.kind == "option", !word.contains("=") {
        guard rest.popFirst() != nil else { return "\(flag) needs a value" }
      }
    }
    return nil
  }
}
