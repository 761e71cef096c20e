import SystemAccess
import CollectorCore
import Foundation
import SystemCollectors

/// A machine's /proc, /sys and udev data in one text file: `=== path` and the file's content, or
/// `=== path -> target` for a symbolic link.
struct MachineTree {
  let folder: String

  /// Writes the tree of `Fixtures/machines/<name>.tree` into a folder of its own.
  init(_ name: String) throws {
    let text = try String(
      contentsOfFile: "\(testFolder)/Fixtures/machines/\(name).tree", encoding: .utf8)
    try self.init(text: text)
  }

  /// Writes a tree; `change` may spoil the content of files.
  init(text: String, change: (String, String) -> String = { $1 }) throws {
    folder = FileManager.default.temporaryDirectory.path + "/tocsin-tree-\(UUID().uuidString)"
    var path: String?
    var lines: [Substring] = []
    for line in "\(text)\n=== end".split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("=== ") else {
        lines.append(line)
        continue
      }
      if let path {
        let content = lines.map { $0 + "\n" }.joined()
        try Self.write(change(path, content), to: "\(folder)/\(path)")
      }
      lines = []
      let words = line.dropFirst(4).components(separatedBy: " -> ")
      path = words.count == 1 ? words[0] : nil
      if words.count == 2 {
        let place = "\(folder)/\(words[0])"
        try Self.makeParent(of: place)
        try FileManager.default.createSymbolicLink(
          atPath: place, withDestinationPath: words[1])
      }
    }
  }

  private static func write(_ text: String, to path: String) throws {
    try makeParent(of: path)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private static func makeParent(of path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
  }

  /// A context over the tree.
  func context() throws -> SystemContext {
    try SystemContext(
      proc: ProcRoot(
        proc: "\(folder)/proc", sys: "\(folder)/sys", rootfs: "\(folder)/root",
        udev: "\(folder)/udev"))
  }

  /// Removes the tree.
  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }
}
