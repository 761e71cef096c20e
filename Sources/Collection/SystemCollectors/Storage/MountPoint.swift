import SystemAccess
import CollectorCore

/// One line of a mountinfo file.
struct MountPoint: Hashable, Sendable {
  var device: String
  var mountPoint: String
  var type: String
  var major: UInt64
  var minor: UInt64
  var isReadOnly: Bool

  /// Reads a mountinfo file: `id parent major:minor root mountpoint options [tags...] - type device
  /// super-options`.
  static func parse(_ bytes: Span<UInt8>) throws(FormatError) -> [MountPoint] {
    var mounts: [MountPoint] = []
    var lines = ByteScanner(bytes, file: "mountinfo")
    while var line = lines.nextLine() {
      guard line.skipField() else { continue }
      line.skipField()
      guard let numbers = line.nextField(), let colon = numbers.firstIndex(of: ":"),
        let major = numbers.extracting(first: colon).unsigned,
        let minor = numbers.extracting(droppingFirst: colon + 1).unsigned
      else { throw line.error("the device number is missing") }
      line.skipField()
      guard let place = line.nextField(), let options = line.nextField() else {
        throw line.error("mount point and options are missing")
      }
      while let tag = line.nextField(), !tag.equals("-") {}
      guard let type = line.nextField(), let device = line.nextField() else {
        throw line.error("type and device are missing")
      }
      var isReadOnly = has("ro", in: options)
      if let options = line.nextField() {
        isReadOnly = isReadOnly || has("ro", in: options) || has("emergency_ro", in: options)
      }
      mounts.append(
        MountPoint(
          device: unescaped(device), mountPoint: unescaped(place), type: type.text, major: major,
          minor: minor, isReadOnly: isReadOnly))
    }
    return mounts
  }

  private static func has(_ option: String, in options: Span<UInt8>) -> Bool {
    var start = 0
    while start <= options.count {
      var end = start
      while end < options.count, options[end] != UInt8(ascii: ",") { end += 1 }
      if options.extracting(start..<end).equals(option) { return true }
      start = end + 1
    }
    return false
  }

  /// Decodes the kernel's `\040` (space), `\011` (tab), `\012` (newline) and `\134` (backslash).
  static func unescaped(_ bytes: Span<UInt8>) -> String {
    guard bytes.firstIndex(of: "\\") != nil else { return bytes.text }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count,
        let code = octal(bytes.extracting((index + 1)..<(index + 4)))
      {
        result.append(code)
        index += 4
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func octal(_ digits: Span<UInt8>) -> UInt8? {
    var value = 0
    for index in digits.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digits[index]) else { return nil }
      value = value * 8 + Int(digits[index] - UInt8(ascii: "0"))
    }
    return UInt8(exactly: value)
  }
}
