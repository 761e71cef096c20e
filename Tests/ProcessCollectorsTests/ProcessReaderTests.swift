import SystemAccess
import CollectorCore
import Testing

@testable import ProcessCollectors

@Test func aNameMayHoldBlanksAndParentheses() throws {
  let stat = "7 (a) b (c)) R 1 7 7 0 -1 4194560 11 0 12 0 13 14 0 0 20 0 5 0 15 16 -1 0"
  let reading = try ProcessReader.parseStat(stat.utf8.span, pid: 7)
  #expect(reading.comm == CommName("a) b (c)".utf8.span))
  #expect(reading.state == .running)
  #expect(reading.parent == 1)
  #expect(reading.counters.minorFaults == 11)
  #expect(reading.counters.majorFaults == 12)
  #expect(reading.counters.userTicks == 13)
  #expect(reading.counters.systemTicks == 14)
  #expect(reading.threadCount == 5)
  #expect(reading.startTicks == 15)
  #expect(reading.virtualBytes == 16)
  #expect(reading.residentPages == 0)
  #expect(!reading.isKernelThread)
}

@Test(arguments: [
  "", "7 (half", "7 half) R", "7 (a)", "7 (a) RR 1", "7 (a) R x", "7 (a) R 1 7 7 0 -1 -5",
  "7 (a) R 1 7 7 0 -1 4194560 11 0 12 0 13 14 0 0 20 0 5 0 15 16",
  "7 (a) R 1 7 7 0 -1 4194560 11 0 12 0 13 99999999999999999999999 0 0 20 0 5 0 15 16 1",
])
func aBrokenStatIsAClearError(text: String) {
  #expect(throws: FormatError.self) { try ProcessReader.parseStat(text.utf8.span, pid: 7) }
}

@Test func brokenIOIsAClearError() throws {
  #expect(throws: FormatError.self) { try ProcessReader.parseIO("read_bytes: 5\n".utf8.span) }
  #expect(throws: FormatError.self) {
    try ProcessReader.parseIO("read_bytes: -5\nwrite_bytes: 1\n".utf8.span)
  }
  let traffic = try ProcessReader.parseIO("x: 1\nread_bytes: 5\nwrite_bytes: 6\n".utf8.span)
  #expect(traffic == ProcessTraffic(read: 5, written: 6))
}

@Test func limitsMayBeUnlimited() throws {
  let head = "Limit   Soft Limit  Hard Limit  Units\n"
  let some = head + "Max open files   1024   4096   files\n"
  let none = head + "Max open files   unlimited   unlimited   files\n"
  #expect(try ProcessReader.parseOpenFileLimit(some.utf8.span) == 1024)
  #expect(try ProcessReader.parseOpenFileLimit(none.utf8.span) == .max)
  for broken in [head, head + "Max open files\n", head + "Max open files  1O24  4096  files\n"] {
    #expect(throws: FormatError.self) { try ProcessReader.parseOpenFileLimit(broken.utf8.span) }
  }
}

@Test(arguments: [
  ("a\0b c\0", ["a", "b c"]), ("a", ["a"]), ("a\0\0b\0", ["a", "", "b"]), ("", []),
  ("a\0\0\0\0", ["a"]), ("\0", []),
])
func argumentsEndAtZeroBytes(text: String, arguments: [String]) {
  #expect(ProcessReader.parseArguments(text.utf8.span) == arguments)
}

@Test func aStatusMayHoldItsLinesInAnyOrder() throws {
  let status = try ProcessReader.parseStatus(
    """
    Name:\tVmSwap: 5
    nonvoluntary_ctxt_switches:\t4
    State:\tD (disk sleep)
    VmSize:\t 40 kB
    VmRSS:\t 20 kB
    VmSwap:\t 12 kB
    voluntary_ctxt_switches:\t3
    """.utf8.span)
  #expect(status.state == .waiting)
  #expect(status.swappedBytes == 12288)
  #expect(status.memory == MemoryFootprint(virtualBytes: 40960, residentBytes: 20480))
  #expect(status.voluntarySwitches == 3)
  #expect(status.involuntarySwitches == 4)
}

/// A missing or invalid number is never taken for 0.
@Test(arguments: [
  "Name:\tx\n", "State:\n", "State:\tS\n", "State:\tS\nvoluntary_ctxt_switches:\t3\n",
  "State:\tS\nvoluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t\n",
  "State:\tS\nvoluntary_ctxt_switches:\t-3\nnonvoluntary_ctxt_switches:\t4\n",
  "State:\tS\nVmSwap:\t1x kB\nvoluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n",
  "State:\tS\nVmSwap:\t18446744073709551615 kB\nvoluntary_ctxt_switches:\t3\n",
])
func aBrokenStatusIsAClearError(text: String) {
  #expect(throws: FormatError.self) { try ProcessReader.parseStatus(text.utf8.span) }
}

/// Linux before 2.6.34 has no `VmSwap`, threads of the kernel have no memory at all.
@Test func aStatusWithoutSwapSaysNothingOfIt() throws {
  let switches = "voluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t4\n"
  let status = try ProcessReader.parseStatus("State:\tS\nVmRSS:\t8 kB\n\(switches)".utf8.span)
  #expect(status.swappedBytes == nil)
}

@Test(arguments: ["", "Rss: 4 kB\n", "Pss:\n", "Pss: x kB\n", "Pss: 1 kB\nSwapPss: -1 kB\n"])
func brokenMemoryByShares(text: String) {
  #expect(throws: FormatError.self) { try ProcessReader.parseProportional(text.utf8.span) }
}
