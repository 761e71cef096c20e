private import CLinux
private import Glibc

/// Facts about the machine that no file contains.
package enum HostFacts {
  /// The size of a memory page in bytes. Corresponds to `sysconf(_SC_PAGESIZE)`.
  package static let pageSize = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))

  /// The names of `uname`.
  package struct SystemNames: Hashable, Sendable {
    /// Names as the kernel gives them.
    package var sysname, nodename, release, version, machine, domainname: String
  }

  /// Reads the kernel's names. Corresponds to `uname`.
  package static func systemNames() throws(SystemError) -> SystemNames {
    var names = utsname()
    guard unsafe uname(&names) == 0 else { throw SystemError(call: "uname", code: errno) }
    return SystemNames(
      sysname: text(of: names.sysname), nodename: text(of: names.nodename),
      release: text(of: names.release), version: text(of: names.version),
      machine: text(of: names.machine),
      domainname: unsafe String(cString: tocsin_domainname(&names)))
  }

  /// The local time zone at a moment: seconds east of UTC and the abbreviation. Corresponds to
  /// `localtime_r`.
  package static func timeZone(at seconds: Int64) -> (offset: Int, name: String) {
    var moment = time_t(seconds)
    var local = unsafe tm()
    guard unsafe localtime_r(&moment, &local) != nil else { return (0, "UTC") }
    let name = unsafe local.tm_zone.map { unsafe String(cString: $0) } ?? "UTC"
    return unsafe (local.tm_gmtoff, name)
  }

  private static func text<Characters>(of characters: Characters) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
