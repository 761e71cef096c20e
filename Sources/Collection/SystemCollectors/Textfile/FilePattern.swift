import SystemAccess
import CollectorCore

/// Directories by a pattern with `*` and `?` in any part of the path.
enum FilePattern {
  /// The directories that match, sorted; a path without a pattern is returned whether it exists or
  /// not.
  static func directories(_ pattern: String) -> [String] {
    var found = [pattern.hasPrefix("/") ? "" : "."]
    for part in pattern.split(separator: "/") {
      guard part.contains("*") || part.contains("?") else {
        found = found.map { "\($0)/\(part)" }
        continue
      }
      found = found.flatMap { parent -> [String] in
        let names = try? Directory.open(parent.isEmpty ? "/" : parent).names()
        return (names ?? []).filter { matches($0, String(part)) }.map { "\(parent)/\($0)" }
      }
    }
    return found
  }

  /// Whether a name matches; `*` is any text, `?` one byte, and neither a leading dot.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    if name.hasPrefix("."), !pattern.hasPrefix(".") { return false }
    let text = Array(name.utf8)
    let wanted = Array(pattern.utf8)
    var (at, want) = (0, 0)
    var retry: (at: Int, want: Int)?
    while at < text.count {
      if want < wanted.count, wanted[want] == UInt8(ascii: "*") {
        retry = (at, want + 1)
        want += 1
      } else if want < wanted.count,
        wanted[want] == UInt8(ascii: "?") || wanted[want] == text[at]
      {
        at += 1
        want += 1
      } else if let last = retry {
        // The star matches one byte more.
        retry = (last.at + 1, last.want)
        (at, want) = (last.at + 1, last.want)
      } else {
        return false
      }
    }
    return wanted[want...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
