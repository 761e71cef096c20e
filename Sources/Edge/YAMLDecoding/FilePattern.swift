import Glibc

/// A path with wildcards (`*`, `?`, `[a-z]`), as in `rule_files` and `templates`.
package struct FilePattern: Hashable, Sendable {
  /// The pattern as it was written.
  package let text: String

  /// Wraps a pattern.
  package init(_ text: String) {
    self.text = text
  }

  /// Whether the pattern has a wildcard; one without names a file that must exist.
  package var hasWildcard: Bool { text.contains { "*?[".contains($0) } }

  /// The pattern seen from a folder: a relative one is joined to it.
  package func resolved(in directory: String) -> String {
    ConfigPath.resolve(text, in: directory)
  }

  /// The files that match, sorted; a relative pattern counts from the folder.
  package func files(in directory: String) -> [String] {
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    guard unsafe glob(resolved(in: directory), 0, nil, &result) == 0 else { return [] }
    var files: [String] = []
    for index in 0..<Int(unsafe result.gl_pathc) {
      guard let path = unsafe result.gl_pathv[index] else { continue }
      files.append(unsafe String(cString: path))
    }
    return files
  }
}

/// Paths of a configuration, which count from the folder of the file that names them.
package enum ConfigPath {
  /// The folder of a file; `.` for a bare name.
  package static func directory(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// A path as seen from a folder; absolute and empty ones stay as they are. `a/../b` becomes `b`, as in the peers.
  package static func resolve(_ path: String, in directory: String) -> String {
    if path.isEmpty || path.hasPrefix("/") || directory.isEmpty { return path }
    var parts: [Substring] = []
    for part in directory.split(separator: "/") + path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !directory.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if directory.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }
}
