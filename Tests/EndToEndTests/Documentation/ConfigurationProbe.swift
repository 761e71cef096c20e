import Foundation
import TestSupport

/// Asks the built program which keys the decoder of a configuration file accepts at a place in it.
///
/// Candidates are all string literals in the sources of the decoders. They are written into a file,
/// each without a value, and the program's errors about unknown keys name those that are not
/// accepted there.
struct ConfigurationProbe: Sendable {
  /// The command that reads a file of that name; nil if there is none.
  static func command(for file: String, at path: String) -> [String]? {
    switch file {
    case "exporter.yml": ["check", "exporter", path]
    case "processes.yml": ["check", "processes", "--process.config-file", path]
    case "queries.yml", "queries.yaml": ["check", "queries", path]
    case "prometheus.yml": ["check", "config", path]
    case "alertmanager.yml": ["check", "notifications", path]
    case "rules.yml": ["check", "rules", path]
    case "rules_test.yml": ["test", "rules", path]
    case "web-config.yml": ["check", "web-config", path]
    case "http-client.yml":
      ["query", "explain", "up", "--url", "http://127.0.0.1:1", "--http.config.file", path]
    default: nil
    }
  }

  /// Names that may be keys.
  static let candidates: [String] = {
    var found: Set<String> = []
    let sources = Daemon.repository + "/Sources"
    let files = FileManager.default.enumerator(atPath: sources)
    while let name = files?.nextObject() as? String {
      guard name.hasSuffix(".swift"),
        let text = try? String(contentsOfFile: "\(sources)/\(name)", encoding: .utf8),
        text.contains("ConfigMapping") || name.contains("AlertIntegrations/")
      else { continue }
      for match in text.matches(of: /"([A-Za-z][A-Za-z0-9_.-]*)"/) {
        found.insert(String(match.1))
      }
      // Keys of secrets and of files come in pairs.
      for match in text.matches(of: /(?:[sS]ecret\w*|URL|text)\(\s*"([a-z_]+)"/) {
        found.insert("\(match.1)_file")
      }
    }
    return found.sorted()
  }()

  /// Names in one file: the program reports at most 200 errors.
  private static let batch = 180

  let file: String
  /// The place, such as `receivers[].slack_configs[]`; empty for the top level.
  let path: String

  /// Returns the accepted keys, and which of them are refused as unsupported.
  func keys(besides documented: [String]) async throws -> (known: Set<String>, refused: Set<String>)
  {
    let given: Set<String> = file == "queries.yml" && path.isEmpty ? ["queries"] : []
    let names = Set(Self.candidates + documented).subtracting(given).sorted()
    var known = Set(names)
    for start in stride(from: 0, to: names.count, by: Self.batch) {
      let part = Array(names[start..<min(names.count, start + Self.batch)])
      let output = try await complaints(about: text(part, value: ""))
      for match in output.matches(of: /unknown key "([^"]+)" in/) {
        known.remove(String(match.1))
      }
    }
    let output = try await complaints(about: text(known.sorted(), value: " x"))
    let refused = output.matches(of: /: "([^"]+)" in [^;\n]* is not supported yet/)
    return (known.union(given), Set(refused.map { String($0.1) }))
  }

  private func complaints(about text: String) async throws -> String {
    let folder = try TemporaryDirectory(prefix: "tocsin-docs")
    let path = try folder.write(text, to: file)
    guard let command = Self.command(for: file, at: path) else {
      throw EndToEndError("no command reads \(file)")
    }
    let process = try ChildProcess.start(Daemon.executable, command)
    try await process.waitForExit(within: .seconds(300))
    return process.output
  }

  /// A file with these keys at the place.
  private func text(_ keys: [String], value: String) -> String {
    var text = file == "queries.yml" && path.isEmpty ? "queries: []\n" : ""
    var indent = 0
    var isEntry = false
    for part in path.split(separator: ".") {
      let name = part.hasSuffix("[]") ? part.dropLast(2) : part
      text += line(String(name), indent, isEntry) + "\n"
      indent += isEntry ? 4 : 2
      isEntry = part.hasSuffix("[]")
    }
    for (index, key) in keys.enumerated() {
      text += line(key, indent + (isEntry && index > 0 ? 2 : 0), isEntry && index == 0) + value
      text += "\n"
    }
    return text
  }

  private func line(_ key: String, _ indent: Int, _ isEntry: Bool) -> String {
    String(repeating: " ", count: indent) + (isEntry ? "- " : "") + "\"\(key)\":"
  }
}
