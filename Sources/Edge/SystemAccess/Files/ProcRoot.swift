/// Where the kernel's files are: `/proc`, `/sys`, the root of the host's mounts, and udev's data.
///
/// All are parameters, so that tests bring their own tree and a container can look at its host's.
package struct ProcRoot: Hashable, Sendable {
  /// The place of procfs.
  package var proc: String
  /// The place of sysfs.
  package var sys: String
  /// What mount points are relative to when they are asked for their space.
  package var rootfs: String
  /// The directory of udev's device properties.
  package var udev: String

  /// Makes a root; the defaults are the machine's own.
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

  /// Reads a file of lines below `/proc`. The kernel ends the last line, too: without that the file is cut off, and its last number may
  /// be another.
  package func readLines(_ path: String) throws -> ReadBuffer {
    let file = try read(path)
    try file.checkEnd(path)
    return file
  }

  /// Reads a file of lines below `/proc`; `NoData` if the kernel does not have it.
  package func readIfPresent(_ path: String) throws -> ReadBuffer {
    do {
      return try readLines(path)
    } catch let error as SystemError {
      guard error.isMissing else { throw error }
      throw NoData("\(proc)/\(path) does not exist")
    }
  }

  /// When the machine was started, in seconds of Unix time: `btime` of `/proc/stat` (proc(5)). It moves when the clock is set.
  package func bootTime() throws -> UInt64 {
    let file = try readLines("stat")
    var lines = ByteScanner(file.span, file: "stat")
    while var line = lines.nextLine() {
      guard line.nextField()?.equals("btime") == true else { continue }
      return try line.unsigned("btime")
    }
    throw FormatError(file: "stat", "btime is missing")
  }

  /// Reads a one-line file below `/sys` without the white space around; nil if it cannot be read.
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

  /// Where a mount point of the host is to be asked for its space.
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
  /// Reads a whole file; `NoData` if the kernel does not have it.
  package mutating func readIfPresent(path: String) throws {
    do {
      try read(path: path)
    } catch {
      guard error.isMissing else { throw error }
      throw NoData("\(path) does not exist")
    }
    try checkEnd(path)
  }

  /// Throws if the last line is cut off.
  package func checkEnd(_ path: String) throws(FormatError) {
    guard count == 0 || span[count - 1] == UInt8(ascii: "\n") else {
      throw FormatError(file: path, "the last line is cut off")
    }
  }
}
