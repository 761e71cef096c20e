import Foundation
import Testing

@testable import YAMLDecoding

/// Runs a body with a folder of its own.
private func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

@Test func unreadableFilesAreReported() throws {
  try withFolder { folder in
    let diagnostics = ConfigDiagnostics()
    #expect(ConfigSource.read(path: folder + "/none.yml", into: diagnostics) == nil)
    try Data("a: b\nc: \u{FF}".utf8 + [0xFF]).write(to: URL(fileURLWithPath: folder + "/bad.yml"))
    #expect(ConfigSource.read(path: folder + "/bad.yml", into: diagnostics) == nil)
    #expect(
      diagnostics.errors.map(\.description) == [
        "\(folder)/none.yml: cannot be read: no such file",
        "\(folder)/bad.yml:2:1: the text is not valid UTF-8; save the file in UTF-8",
      ])
  }
}

@Test func patternsFindFilesFromTheFolderOfTheConfiguration() throws {
  try withFolder { folder in
    for name in ["b.yml", "a.yml", "c.txt"] {
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    #expect(FilePattern("*.yml").files(in: folder) == ["\(folder)/a.yml", "\(folder)/b.yml"])
    #expect(FilePattern("\(folder)/c.*").files(in: "/nowhere") == ["\(folder)/c.txt"])
    #expect(FilePattern("none*").files(in: folder) == [])
    #expect(FilePattern("a.yml").hasWildcard == false)
  }
  #expect(ConfigPath.directory(of: "/etc/a.yml") == "/etc")
  #expect(ConfigPath.directory(of: "a.yml") == ".")
}

@Test(arguments: [
  ("rules/*.yml", ".", "rules/*.yml"), ("../rules/a.yml", "config", "rules/a.yml"),
  ("../../a", "config", "../a"), ("./a", "/etc/x/", "/etc/x/a"), ("../../../a", "/etc", "/a"),
  ("/abs", "config", "/abs"), ("", "config", ""), ("..", "config", "."),
])
func pathsCountFromTheFolder(path: String, directory: String, expected: String) {
  #expect(ConfigPath.resolve(path, in: directory) == expected)
}
