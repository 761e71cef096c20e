import SystemAccess
import CollectorCore

/// A software RAID array as /proc/mdstat shows it.
struct RAIDArray: Sendable, Equatable {
  /// The activity of the array, with node_exporter's names.
  enum State: String, CaseIterable, Sendable {
    case active, inactive, recovering, resync, check, reshape
  }

  var name: String
  var state: State
  var active: UInt64 = 0
  var failed: UInt64 = 0
  var spare: UInt64 = 0
  var down: UInt64 = 0
  var required: UInt64 = 0
  var blocks: UInt64 = 0
  var blocksSynced: UInt64 = 0

  /// Reads the whole file: for each array a line with its members, one with its size, and optional
  /// further lines.
  static func parse(_ bytes: Span<UInt8>) throws(FormatError) -> [RAIDArray] {
    var arrays: [RAIDArray] = []
    var lines = ByteScanner(bytes, file: "mdstat")
    var hasSize = true
    while var line = lines.nextLine() {
      let whole = line.rest
      let isIndented = !whole.isEmpty && (whole[0] == UInt8(ascii: " ") || whole[0] == 9)
      guard let first = line.nextField() else { continue }
      if !isIndented {
        if first.starts(with: "Personalities") || first.equals("unused") { continue }
        guard hasSize else { throw line.error("the line before lacks its number of blocks") }
        arrays.append(try heading(first.text, &line))
        hasSize = false
      } else if let last = arrays.indices.last {
        if !hasSize {
          guard let blocks = first.unsigned else {
            throw line.error("\"\(first.excerpt)\" should be a number of blocks")
          }
          arrays[last].blocks = blocks
          arrays[last].blocksSynced = blocks
          try arrays[last].readDisks(whole.text, line)
          hasSize = true
        } else {
          try arrays[last].readProgress(whole.text, line)
        }
      }
    }
    guard hasSize else { throw FormatError(file: "mdstat", "the last array has no size") }
    return arrays
  }

  /// Reads a line such as `md0 : active raid1 sdb1[1] sda1[0](F)`.
  private static func heading(
    _ name: String, _ line: inout ByteScanner
  ) throws(FormatError) -> RAIDArray {
    guard line.nextField()?.equals(":") == true, let word = line.nextField() else {
      throw line.error("a colon and a state should follow \"\(name)\"")
    }
    var array = RAIDArray(name: name, state: word.equals("inactive") ? .inactive : .active)
    guard word.equals("inactive") || word.equals("active") else {
      throw line.error("unknown state \"\(word.excerpt)\"")
    }
    var isStriped = false
    var parts: UInt64 = 0
    while let field = line.nextField() {
      if field.equals("raid0") || field.equals("linear") { isStriped = true }
      guard field.firstIndex(of: "[") != nil else { continue }
      parts += 1
      if field.ends(with: "(F)") { array.failed += 1 }
      if field.ends(with: "(S)") { array.spare += 1 }
    }
    // An array without redundancy needs all its members, and its lines contain no counts of them.
    if isStriped {
      array.active = parts
      array.required = parts
    }
    return array
  }

  /// Reads `[2/1] [U_]` at the end of the line with the size: members wanted, members working, and
  /// which.
  private mutating func readDisks(_ text: String, _ line: borrowing ByteScanner) throws(FormatError)
  {
    guard required == 0, state == .active else { return }
    for word in text.split(separator: " ").reversed() where word.hasPrefix("[") {
      let inner = word.dropFirst().dropLast()
      if inner.allSatisfy({ $0 == "U" || $0 == "_" }) {
        down = UInt64(inner.count { $0 == "_" })
        continue
      }
      let numbers = inner.split(separator: "/").map { UInt64($0) }
      guard numbers.count == 2, let wanted = numbers[0], let working = numbers[1] else { continue }
      required = wanted
      active = working
      return
    }
    throw line.error("the numbers of disks are missing")
  }

  /// Reads `[=>...]  recovery =  8.5% (16775552/195310144) finish=17.0min`, or `resync=PENDING`.
  private mutating func readProgress(
    _ text: String, _ line: borrowing ByteScanner
  ) throws(FormatError) {
    let states: [(String, State)] = [
      ("recovery", .recovering), ("resync", .resync), ("check", .check), ("reshape", .reshape),
    ]
    guard let (_, found) = states.first(where: { text.hasWord($0.0) }) else { return }
    state = found
    if text.hasWord("PENDING") || text.hasWord("DELAYED") || text.hasWord("REMOTE") {
      blocksSynced = 0
      return
    }
    guard let open = text.firstIndex(of: "("), let slash = text[open...].firstIndex(of: "/"),
      let done = UInt64(text[text.index(after: open)..<slash])
    else { throw line.error("the number of blocks done is missing") }
    blocksSynced = done
  }
}

extension String {
  /// Whether the text contains another, without Foundation.
  fileprivate func hasWord(_ word: String) -> Bool {
    let bytes = Array(utf8)
    let wanted = Array(word.utf8)
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains {
      bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }
}
