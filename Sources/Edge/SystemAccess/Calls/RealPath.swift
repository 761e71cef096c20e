private import Glibc

extension ProcRoot {
  /// Where a path below `/sys` leads when all symbolic links are followed; nil if nowhere. Corresponds to `realpath`.
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
