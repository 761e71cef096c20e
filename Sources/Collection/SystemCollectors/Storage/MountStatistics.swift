import SystemAccess
import CollectorCore

/// The NFS client's counters of one mount, from /proc/self/mountstats.
struct MountStatistics: Sendable {
  var export: String
  var mountPoint: String
  var address = ""
  var age: UInt64 = 0
  var events: [UInt64] = []
  var bytes: [UInt64] = []
  var transports: [(name: String, values: [UInt64])] = []
  var operations: [(name: String, values: [UInt64])] = []

  /// The transport of the first connection.
  var transport: String { transports.first?.name ?? "" }

  /// Reads the whole file; mounts of other types have no statistics and are left out.
  static func parse(_ bytes: Span<UInt8>) throws(FormatError) -> [MountStatistics] {
    var mounts: [MountStatistics] = []
    var isNFS = false
    var lines = ByteScanner(bytes, file: "mountstats")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key.equals("device") {
        let mount = try heading(&line)
        isNFS = mount != nil
        if let mount { mounts.append(mount) }
        continue
      }
      guard isNFS, let last = mounts.indices.last else { continue }
      try mounts[last].read(key.text, &line)
    }
    return mounts
  }

  /// `device host:/path mounted on /mnt with fstype nfs4 statvers=1.1`; nil for other types.
  private static func heading(_ line: inout ByteScanner) throws(FormatError) -> MountStatistics? {
    guard let device = line.nextField() else { throw line.error("the device is missing") }
    guard line.nextField()?.equals("mounted") == true, line.skipField(),
      let place = line.nextField(), line.skipField(), line.skipField(),
      let type = line.nextField()
    else { throw line.error("\"mounted on PATH with fstype TYPE\" is missing") }
    guard type.equals("nfs") || type.equals("nfs4") else { return nil }
    return MountStatistics(
      export: MountPoint.unescaped(device), mountPoint: MountPoint.unescaped(place))
  }

  private mutating func read(_ key: String, _ line: inout ByteScanner) throws(FormatError) {
    switch key {
    case "opts:": readOptions(line.rest.trimmed.text)
    case "age:": age = try line.unsigned("the age")
    case "events:": events = try Self.numbers(&line)
    case "bytes:": bytes = try Self.numbers(&line)
    case "xprt:":
      guard let name = line.nextField()?.text else { throw line.error("the transport is missing") }
      transports.append((name, try Self.numbers(&line)))
    default:
      // Operations are in capitals: `READ: 1298 1298 0 ...`.
      guard key.hasSuffix(":"), key.dropLast().allSatisfy({ $0.isUppercase || $0 == "_" }),
        key != "RPC:", !line.isAtEnd
      else { return }
      let values = try Self.numbers(&line)
      if values.count >= 8 { operations.append((String(key.dropLast()), values)) }
    }
  }

  private mutating func readOptions(_ text: String) {
    for option in text.split(separator: ",") {
      if option.hasPrefix("mountaddr=") { address = String(option.dropFirst(10)) }
      if option.hasPrefix("addr="), address.isEmpty { address = String(option.dropFirst(5)) }
    }
  }

  private static func numbers(_ line: inout ByteScanner) throws(FormatError) -> [UInt64] {
    var numbers: [UInt64] = []
    while let field = line.nextField() {
      guard let number = field.unsigned else {
        throw line.error("\"\(field.excerpt)\" should be a whole number")
      }
      numbers.append(number)
    }
    return numbers
  }
}
