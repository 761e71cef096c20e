import Foundation

/// The checks of each command that the documentation shows.
struct CommandRules: Sendable {
  private let help: CommandHelp
  private let targets: Set<String>
  private let sources: String

  /// Programs of the system and of other projects, whose arguments are not checked.
  private static let foreign: Set<String> = [
    "amtool", "apt", "cat", "cp", "git", "htpasswd", "journalctl", "promtool", "psql", "swift",
  ]

  /// Reads the rules from the program's help, the Makefile and the sources.
  static func read() async throws -> CommandRules {
    let makefile = try String(contentsOfFile: "\(Daemon.repository)/Makefile", encoding: .utf8)
    let targets = makefile.matches(of: /(?:^|\n)([a-z-]+):/).map { String($0.1) }
    var sources = ""
    let files = FileManager.default.enumerator(atPath: "\(Daemon.repository)/Sources")
    while let name = files?.nextObject() as? String {
      guard name.hasSuffix(".swift"),
        let text = try? String(
          contentsOfFile: "\(Daemon.repository)/Sources/\(name)", encoding: .utf8),
        text.contains("Router")
      else { continue }
      sources += text
    }
    return CommandRules(
      help: try await CommandHelp.read(), targets: Set(targets), sources: sources)
  }

  /// Returns what is wrong with a command; nil if nothing is. A command that no rule covers is
  /// wrong.
  func complaint(about command: [String]) -> String? {
    let program = command[0]
    let arguments = Array(command.dropFirst())
    switch program {
    case "tocsin": return help.complaint(about: arguments) ?? missingFile(in: arguments)
    case "make": return arguments.first { !targets.contains($0) }.map { "make has no \($0)" }
    case "systemctl":
      return arguments.first {
        $0.hasPrefix("tocsin") && !isFile("packaging/systemd/\($0).service")
      }
      .map { "there is no unit \($0)" }
    case "curl":
      return arguments.compactMap(Self.ownPath).first { !isRoute($0) }.map { "there is no \($0)" }
    case _ where program.contains("/"):
      return isFile(program) ? nil : "there is no \(program)"
    default:
      return Self.foreign.contains(program) ? nil : "no rule covers \(program)"
    }
  }

  /// The arguments of a command that can be run as shown, because it only reads files of the
  /// repository; nil for any other.
  func harmless(_ command: [String]) -> [String]? {
    let arguments = Array(command.dropFirst())
    guard command[0] == "tocsin", !arguments.contains("--url") else { return nil }
    let kind = arguments.prefix(2).joined(separator: " ")
    guard arguments.first == "check" || kind == "test rules" || kind == "query format" else {
      return nil
    }
    let files = arguments.filter { $0.hasSuffix(".yml") }
    return files.allSatisfy(isFile) ? arguments : nil
  }

  /// Whether the APIs or the daemons serve a path; names in capitals are placeholders.
  func isRoute(_ path: String) -> Bool {
    let pattern = path.replacing("NAME", with: ":name").replacing("ID", with: ":id")
    let short = pattern.hasPrefix("/api/v1/") ? String(pattern.dropFirst(8)) : pattern
    return sources.contains("\"\(pattern)\"") || sources.contains("\"\(short)\"")
  }

  /// The path of a URL of Tocsin's own daemons; nil for any other argument.
  private static func ownPath(_ argument: String) -> String? {
    guard let match = argument.firstMatch(of: /^http:\/\/127\.0\.0\.1:993[01](\/[^?]*)/) else {
      return nil
    }
    return String(match.1)
  }

  /// Returns the error of the first argument that names a missing file below one of the
  /// repository's public folders; nil if all files exist.
  private func missingFile(in arguments: [String]) -> String? {
    arguments.first { argument in
      ["config/", "rules/", "grafana/", "packaging/"].contains { argument.hasPrefix($0) }
        && !isFile(argument)
    }.map { "there is no \($0)" }
  }

  private func isFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(Daemon.repository)/\(path)")
  }
}
