private import Glibc

extension ProcRoot {
  /// The target of a path below `/sys` after following all symbolic links; nil if it does not
  /// exist. Corresponds to `realpath`.
  package func sysLinkTarget(_ path: String) -> String? {
    guard let resolved = unsafe realpath("\(sys)/\(path)", nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

extension FileSystemUsage {
  /// When a file was last changed, in whole seconds since 1970. Corresponds to `stat`.
  package static func modificationTime(of path: String) throws(SystemError) -> Int64 {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw SystemError(call: "stat", subject: path, code: errno)
    }
    return Int64(status.st_mtim.tv_sec)
  }
}
