import SystemAccess
import CollectorCore
import Foundation
import TestSupport
import Testing

@testable import SystemCollectors

/// Damages a text in one of several ways: bytes changed, truncated, doubled, lines or fields left
/// out.
private func spoiled(_ text: String, _ random: inout RepeatableRandom) -> String {
  var bytes = Array(text.utf8)
  guard !bytes.isEmpty else { return "x" }
  for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
    let at = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[at] = UInt8.random(in: 0...127, using: &random)
    case 1: bytes.removeSubrange(at...)
    case 2: bytes.remove(at: at)
    case 3: bytes.insert(contentsOf: Array("99999999999999999999999".utf8), at: at)
    case 4: bytes.insert(contentsOf: Array(" -1 ".utf8), at: at)
    default:
      let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      bytes.removeSubrange(at..<end)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A file that ends in the middle of a line, where a number may have lost digits, is an error, and
/// the remaining digits are never shown.
@Test(arguments: [
  ("arp", "net/arp"), ("cpu", "stat"), ("diskstats", "diskstats"), ("filefd", "sys/fs/file-nr"),
  ("filesystem", "1/mountinfo"), ("loadavg", "loadavg"), ("meminfo", "meminfo"),
  ("netdev", "net/dev"), ("netstat", "net/netstat"), ("netstat", "net/snmp"),
  ("schedstat", "schedstat"), ("sockstat", "net/sockstat"), ("softnet", "net/softnet_stat"),
  ("stat", "stat"), ("vmstat", "vmstat"), ("pressure", "pressure/cpu"),
  ("conntrack", "sys/net/netfilter/nf_conntrack_count"),
  ("entropy", "sys/kernel/random/entropy_avail"),
])
func aFileThatIsCutOffIsAnError(collector: String, file: String) async throws {
  let proc = testFolder + "/Fixtures/proc"
  var files: [String: String] = [:]
  for other in [
    "net/netstat", "net/snmp", "sys/net/netfilter/nf_conntrack_max", "sys/kernel/random/poolsize",
    file,
  ] {
    files[other] = try String(contentsOfFile: "\(proc)/\(other)", encoding: .utf8)
  }
  let whole = try #require(files[file])
  for lost in 1...min(3, whole.utf8.count - 1) {
    files[file] = String(whole.dropLast(lost))
    let (root, remove) = try root(files, isCutOff: true)
    defer { remove() }
    let entry = try #require(SystemCollectors.all.first { $0.name == collector })
    let made = try entry.make(SystemContext(proc: root))
    await #expect(throws: FormatError.self, "\(lost) bytes of \(file)") {
      try await text(of: made)
    }
  }
}

/// Digits with a suffix, a sign, more than 64 bits, or nothing are not numbers of sysfs.
@Test(arguments: [
  "12a", "1 2", "+5", "--5", "18446744073709551616", "-18446744073709551616", "0x", "0xg1", "1e5",
  "", "NaN", "0x1ffffffffffffffff",
])
func whatIsNoNumberOfADeviceIsNoSample(content: String) async throws {
  let (proc, remove) = try root(
    [
      "class/net/eth0/operstate": "up", "class/net/eth0/mtu": content,
      "class/thermal/thermal_zone0/type": "acpitz", "class/thermal/thermal_zone0/temp": content,
      "class/watchdog/watchdog0/timeout": content,
      "devices/system/edac/mc/mc0/ce_count": content, "class/hwmon/hwmon0/temp1_input": content,
    ], isCutOff: true)
  defer { remove() }
  for name in ["netclass", "thermal_zone", "watchdog", "edac", "hwmon"] {
    let entry = try #require(SystemCollectors.all.first { $0.name == name })
    let shown = try await text(of: entry.make(SystemContext(proc: proc))).text
    for metric in [
      "mtu_bytes{", "zone_temp{", "timeout_seconds{", "correctable_errors_total{", "temp_celsius{",
    ] {
      #expect(!shown.contains(metric), "\(name): \(shown)")
    }
  }
}

/// Whatever the files contain, a collector ends with samples or with an error that names the file;
/// its numbers are never the result of an overflow or a missing column.
@Test(arguments: ["storage", "server", "old", "containers"])
func spoiledFilesNeverCrashACollectorNorShowWhatIsNoNumber(machine: String) async throws {
  let source = try String(
    contentsOfFile: "\(testFolder)/Fixtures/machines/\(machine).tree", encoding: .utf8)
  for seed in 0..<12 {
    var random = RepeatableRandom(seed: UInt64(seed) &+ 77)
    let tree = try MachineTree(text: source) { _, content in spoiled(content, &random) }
    defer { tree.remove() }
    let context = try tree.context()
    for entry in SystemCollectors.all
    where !["ethtool", "filesystem", "network_route", "os", "textfile", "time", "timex", "uname"]
      .contains(entry.name)
    {
      let shown = (try? await text(of: entry.make(context)))?.text ?? ""
      for line in shown.split(separator: "\n") where !line.hasPrefix("#") {
        let value = Double(line.split(separator: " ").last ?? "")
        #expect(value?.isFinite == true, "seed \(seed): \(line)")
        // Whole numbers of 64 bits, scaled by 1024 at most.
        #expect(abs(value ?? 0) < 0x1p75, "seed \(seed): \(line)")
      }
    }
  }
}
