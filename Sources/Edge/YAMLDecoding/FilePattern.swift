import Glibc

/// A path with wildcards (`*`, `?`, `[a-z]`), as in `rule_files` and `templates`.
package struct FilePattern: Hashable, Sendable {
  /// The pattern as it is written.
  package let text: String

  /// Creates a pattern.
  package init(_ text: String) {
    self.text = text
  }

  /// Whether the pattern has a wildcard; a pattern without one names a file that must exist.
  package var hasWildcard: Bool { text.contains { "*?[".contains($0) } }

  /// The pattern relative to a folder; absolute patterns are unchanged.
  package func resolved(in directory: String) -> String {
    ConfigPath.resolve(text, in: directory)
  }

  /// The matching files, sorted; a relative pattern is resolved against the folder.
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

/// Resolves paths of a configuration against the folder of the file that contains them.
package enum ConfigPath {
  /// The folder of a file; `.` for a bare name.
  package static func directory(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// A path resolved against a folder; absolute and empty paths are unchanged. `a/../b` becomes
  /// `b`, as in Prometheus.
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
