import SystemAccess
import CollectorCore
import Testing

@testable import ProcessCollectors

/// A small generator whose numbers are the same in every run.
private struct Dice {
  var state: UInt64

  mutating func roll(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(sides))
  }
}

/// The numbers that are read from a `stat` file, by their column after the name.
private let places = [
  "parent": 1, "minflt": 7, "majflt": 9, "utime": 11, "stime": 12, "threads": 17, "start": 19,
  "vsize": 20, "rss": 21,
]

private let comms = ["a", "a) b (", ") R 1 2 3 4", "(((", "a b c d e f", "\n", "((x)", "\u{1F600}"]

private func values(_ reading: ProcessReading) -> [String: UInt64] {
  [
    "parent": UInt64(clamping: reading.parent), "minflt": reading.counters.minorFaults,
    "majflt": reading.counters.majorFaults, "utime": reading.counters.userTicks,
    "stime": reading.counters.systemTicks, "threads": reading.threadCount,
    "start": reading.startTicks, "vsize": reading.virtualBytes, "rss": reading.residentPages,
  ]
}

/// Whatever bytes the name has, each number comes from its own column.
@Test(arguments: comms)
func columnsAreThoseBehindTheLastParenthesis(comm: String) throws {
  let fields = ["R"] + (1...21).map { String($0 * 100) }
  let text = "7 (\(comm)) " + fields.joined(separator: " ") + "\n"
  let reading = try ProcessReader.parseStat(text.utf8.span, pid: 7)
  #expect(reading.comm == CommName(comm.utf8.span))
  for (name, place) in places {
    #expect(values(reading)[name] == UInt64(place * 100), "\(name)")
  }
}

/// A truncated file, or one with an invalid number, is an error or reads as if it were intact:
/// never as another number.
@Test(arguments: 0..<20 as Range<UInt64>)
func aBrokenColumnIsNeverAnotherNumber(seed: UInt64) throws {
  var dice = Dice(state: seed)
  let broken = [
    "", "-1", "x", "1x", "18446744073709551616", "99999999999999999999", "0x10", "1.5", "+3",
  ]
  for _ in 0..<200 {
    let comm = comms[dice.roll(comms.count)]
    var fields = ["S"] + (1...21).map { _ in String(dice.roll(1_000_000)) }
    let head = "7 (\(comm)) "
    let whole = try ProcessReader.parseStat(
      (head + fields.joined(separator: " ")).utf8.span, pid: 7)
    // Truncated within the last number it has a shorter number, which the kernel never writes;
    // before it, an error.
    let remaining = dice.roll(21)
    let cut = head + fields.prefix(remaining).joined(separator: " ")
    #expect(throws: FormatError.self) { try ProcessReader.parseStat(cut.utf8.span, pid: 7) }
    // One column broken.
    let names = places.keys.sorted()
    let name = names[dice.roll(names.count)]
    let bad = broken[dice.roll(broken.count)]
    // Without its column, all later ones move, and the last one is missing.
    fields[places[name] ?? 0] = bad
    let text = head + fields.filter { !$0.isEmpty }.joined(separator: " ")
    do {
      let reading = try ProcessReader.parseStat(text.utf8.span, pid: 7)
      // The only number that may be negative; the kernel means almost zero by it.
      #expect(name == "rss" && bad == "-1", "\(name) \(bad)")
      #expect(reading.residentPages == 0)
      #expect(reading.counters == whole.counters)
    } catch {
      #expect(error.file.contains("stat"))
    }
  }
}

/// Every number of the other files, broken in every way: an error, or nil, or the number of the
/// file.
@Test(arguments: ["", "-1", "x", "1x", "18446744073709551616", "1.5", "+3", "٣"])
func aBrokenNumberIsAnErrorInEveryFile(bad: String) {
  func status(_ swap: String, _ voluntary: String, _ involuntary: String) -> String {
    """
    State:\tS
    VmSwap:\t\(swap)
    voluntary_ctxt_switches:\t\(voluntary)
    nonvoluntary_ctxt_switches:\t\(involuntary)
    """
  }
  for text in [status(bad, "1", "2"), status("1 kB", bad, "2"), status("1 kB", "1", bad)] {
    #expect(throws: FormatError.self, "\(text)") { try ProcessReader.parseStatus(text.utf8.span) }
  }
  for text in ["read_bytes: \(bad)\nwrite_bytes: 1\n", "read_bytes: 1\nwrite_bytes: \(bad)\n"] {
    #expect(throws: FormatError.self, "\(text)") { try ProcessReader.parseIO(text.utf8.span) }
  }
  for text in ["Pss: \(bad)\n", "Pss: 1 kB\nSwapPss: \(bad)\n"] {
    #expect(throws: FormatError.self) { try ProcessReader.parseProportional(text.utf8.span) }
  }
  #expect(throws: FormatError.self) {
    try ProcessReader.parseOpenFileLimit("Max open files    \(bad)".utf8.span)
  }
  for text in ["\(bad) 2 3\n", "1 \(bad) 3\n", "1 2 \(bad)\n"] {
    #expect(ProcessReader.parseActivity(text.utf8.span) == nil, "\(text)")
  }
  for text in ["\(bad) 2\n", "1 \(bad)\n"] where !bad.isEmpty {
    #expect(ProcessReader.parseFootprint(text.utf8.span) == nil, "\(text)")
  }
}
