/// The paths of the kernel's files: `/proc`, `/sys`, the root of the host's mounts, and udev's
/// data.
///
/// All are parameters, so that tests can use a tree of their own and a container can read its
/// host's.
package struct ProcRoot: Hashable, Sendable {
  /// The path of procfs.
  package var proc: String
  /// The path of sysfs.
  package var sys: String
  /// The directory that mount points are relative to when their usage is read.
  package var rootfs: String
  /// The directory of udev's device properties.
  package var udev: String

  /// Makes a root; the defaults are the machine's own paths.
  package init(
    proc: String = "/proc", sys: String = "/sys", rootfs: String = "/",
    udev: String = "/run/udev/data"
  ) {
    self.proc = proc
    self.sys = sys
    self.rootfs = rootfs
    self.udev = udev
  }

  /// Reads a file below `/proc`.
  package func read(_ path: String) throws(SystemError) -> ReadBuffer {
    try Self.read("\(proc)/\(path)")
  }

  /// Reads a file below `/sys`.
  package func readSys(_ path: String) throws(SystemError) -> ReadBuffer {
    try Self.read("\(sys)/\(path)")
  }

  /// Reads a file of lines below `/proc`. Throws if the last line has no newline: then the file is
  /// truncated and its last number may be incomplete.
  package func readLines(_ path: String) throws -> ReadBuffer {
    let file = try read(path)
    try file.checkEnd(path)
    return file
  }

  /// Reads a file of lines below `/proc`.
  ///
  /// - Throws: ``NoData`` if the kernel does not provide it.
  package func readIfPresent(_ path: String) throws -> ReadBuffer {
    do {
      return try readLines(path)
    } catch let error as SystemError {
      guard error.isMissing else { throw error }
      throw NoData("\(proc)/\(path) does not exist")
    }
  }

  /// The machine's boot time in Unix seconds: `btime` of `/proc/stat` (proc(5)). It changes when
  /// the clock is set.
  package func bootTime() throws -> UInt64 {
    let file = try readLines("stat")
    var lines = ByteScanner(file.span, file: "stat")
    while var line = lines.nextLine() {
      guard line.nextField()?.equals("btime") == true else { continue }
      return try line.unsigned("btime")
    }
    throw FormatError(file: "stat", "btime is missing")
  }

  /// Reads a one-line file below `/sys` without surrounding white space. Returns nil if it cannot
  /// be read.
  package func sysLine(_ path: String) -> String? {
    guard let buffer = try? readSys(path) else { return nil }
    return buffer.span.trimmed.text
  }

  /// The sorted names in a directory below `/sys`; empty if there is no such directory.
  package func sysNames(_ path: String) throws(SystemError) -> [String] {
    do {
      let directory = try Directory.open("\(sys)/\(path)")
      return try directory.names()
    } catch {
      guard error.isMissing else { throw error }
      return []
    }
  }

  /// The path at which the usage of one of the host's mount points is read.
  package func hostPath(_ mountPoint: String) -> String {
    rootfs == "/" ? mountPoint : rootfs + mountPoint
  }

  private static func read(_ path: String) throws(SystemError) -> ReadBuffer {
    var buffer = ReadBuffer()
    try buffer.read(path: path)
    return buffer
  }
}

extension ReadBuffer {
  /// Reads a whole file.
  ///
  /// - Throws: ``NoData`` if the kernel does not provide it.
  package mutating func readIfPresent(path: String) throws {
    do {
      try read(path: path)
    } catch {
      guard error.isMissing else { throw error }
      throw NoData("\(path) does not exist")
    }
    try checkEnd(path)
  }

  /// Throws if the last line is truncated.
  package func checkEnd(_ path: String) throws(FormatError) {
    guard count == 0 || span[count - 1] == UInt8(ascii: "\n") else {
      throw FormatError(file: path, "the last line is cut off")
    }
  }
}
