import Foundation

/// A temporary tree like /proc with many processes of fifty programs, each with the files that a
/// scrape reads.
///
/// With `isAtRest`, the scheduler statistics of each process exist and never change, as on a host
/// where nearly all processes sleep. Without it, a scrape has to treat every process as one that
/// ran.
struct BenchProcesses {
  /// The root of the tree.
  let path = NSTemporaryDirectory() + "tocsin-bench-proc-" + UUID().uuidString
  private static let programs = 50

  init(count: Int, isAtRest: Bool) throws {
    try write("btime 1800000000\n", "stat")
    for number in 0..<count { try add(100 + number, isAtRest: isAtRest) }
  }

  /// Removes the folder.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  private func add(_ pid: Int, isAtRest: Bool) throws {
    let name = "service-\(pid % Self.programs)"
    let times = "\(pid % 977) \(pid % 311)"
    try write(
      "\(pid) (\(name)) S 1 \(pid) \(pid) 0 -1 4194560 \(pid * 7) 0 3 0 \(times) 0 0 20 0 1 0 "
        + "\(pid * 10) 231000000 5120 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n",
      "\(pid)/stat")
    try write(
      """
      Name:\t\(name)
      State:\tS (sleeping)
      Uid:\t0\t0\t0\t0
      VmSize:\t  225000 kB
      VmRSS:\t   20480 kB
      VmSwap:\t       0 kB
      Threads:\t1
      voluntary_ctxt_switches:\t\(pid * 3)
      nonvoluntary_ctxt_switches:\t\(pid)

      """, "\(pid)/status")
    try write("\(225_000 / 4) 5120 900 40 0 700 0\n", "\(pid)/statm")
    if isAtRest { try write("\(pid * 1000) 500 \(pid)\n", "\(pid)/schedstat") }
    try write("rchar: 1\nread_bytes: \(pid * 4096)\nwrite_bytes: \(pid)\n", "\(pid)/io")
    try write(
      "Max open files            1024                 4096                 files\n", "\(pid)/limits"
    )
    try write("\(name)\n", "\(pid)/comm")
    try write("/usr/bin/\(name)\0--serve\0", "\(pid)/cmdline")
    try write("0::/system.slice/\(name).service\n", "\(pid)/cgroup")
    try write("0", "\(pid)/wchan")
    for file in 0..<3 { try write("", "\(pid)/fd/\(file)") }
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/\(pid)/exe", withDestinationPath: "/usr/bin/\(name)")
  }

  private func write(_ text: String, _ name: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}
