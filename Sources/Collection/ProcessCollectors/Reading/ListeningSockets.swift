import SystemAccess
import CollectorCore

/// The ports that the processes of this network namespace listen on.
///
/// The kernel lists sockets without their processes; the owners are found in the directories of
/// open files. These are searched only when there is a socket with an unknown owner, and no more
/// than once in `interval` scrapes.
struct ListeningSockets: Sendable {
  /// A listening port.
  struct Port: Hashable, Sendable {
    var number: UInt16
    var isVersion6: Bool
  }

  /// The number of scrapes between two readings of the tables.
  static let interval: UInt64 = 8
  /// The number of searches after which an owner that was not found is searched for again.
  private static let patience: UInt64 = 8
  /// The most sockets that are tracked.
  static let limit = 4096

  private(set) var ports: [UInt64: Port] = [:]
  private(set) var owners: [UInt64: [Int32]] = [:]
  private var fruitless: [UInt64: UInt64] = [:]
  private var lastScrape: UInt64?

  /// Whether a new search is due.
  func isDue(scrape: UInt64) -> Bool {
    lastScrape.map { scrape >= $0 + Self.interval } ?? true
  }

  /// Updates the sockets from one reading of the tables.
  mutating func update(_ found: [UInt64: Port], scrape: UInt64) {
    lastScrape = scrape
    ports = found
    owners = owners.filter { found[$0.key] != nil }
    fruitless = fruitless.filter { found[$0.key] != nil }
  }

  /// Forgets owners that have ended.
  mutating func retain(_ isAlive: (Int32) -> Bool) {
    for (socket, pids) in owners {
      let living = pids.filter(isAlive)
      if living.count != pids.count { owners[socket] = living.isEmpty ? nil : living }
    }
  }

  /// The sockets whose owners are to be searched for.
  mutating func searched(scrape: UInt64) -> Set<UInt64> {
    Set(
      ports.keys.filter { socket in
        owners[socket] == nil
          && fruitless[socket].map { scrape >= $0 + Self.interval * Self.patience } ?? true
      })
  }

  /// Records that a process owns a socket.
  mutating func note(_ pid: Int32, holds socket: UInt64) {
    if owners[socket]?.contains(pid) != true { owners[socket, default: []].append(pid) }
  }

  /// Ends a search.
  mutating func endSearch(_ searched: Set<UInt64>, scrape: UInt64) {
    for socket in searched { fruitless[socket] = owners[socket] == nil ? scrape : nil }
  }
}

extension ProcessReader {
  private static let listening: UInt64 = 0x0A

  /// Adds the listening sockets of `net/tcp` or `net/tcp6`, by inode.
  static func parseSockets(
    _ bytes: Span<UInt8>, isVersion6: Bool, to ports: inout [UInt64: ListeningSockets.Port]
  ) {
    var lines = ByteScanner(bytes, file: "net/tcp")
    while var line = lines.nextLine() {
      // sl local_address rem_address st queues timer retransmits uid timeout inode
      line.skipField()
      guard let local = line.nextField(), let colon = local.lastIndex(of: ":") else { continue }
      line.skipField()
      guard line.nextField()?.hexadecimal == listening else { continue }
      for _ in 0..<5 { line.skipField() }
      guard let port = local.extracting(droppingFirst: colon + 1).hexadecimal,
        let number = UInt16(exactly: port), let inode = line.nextField()?.unsigned, inode > 0,
        ports.count < ListeningSockets.limit
      else { continue }
      ports[inode] = ListeningSockets.Port(number: number, isVersion6: isVersion6)
    }
  }

  /// Calls `body` with the inode of every socket that a process holds.
  mutating func forEachSocket(
    of pid: Int32, in directory: borrowing Directory, _ body: (UInt64) -> Void
  ) {
    var found = numbers
    numbers = []
    defer { numbers = found }
    found.removeAll(keepingCapacity: true)
    guard let files = try? directory.open(NumberedPath(pid, "fd")),
      (try? files.forEachEntry(
        scratch: &scratch,
        { name in
          if let number = name.unsigned.flatMap({ Int32(exactly: $0) }) { found.append(number) }
        })) != nil
    else { return }
    for number in found {
      guard (try? content.readLink(NumberedPath(number), in: files)) != nil else { continue }
      let target = content.span
      guard target.starts(with: "socket:["), target.count > 9,
        let inode = target.extracting(8..<(target.count - 1)).unsigned
      else { continue }
      body(inode)
    }
  }

  /// Finds listening sockets and their owners; returns `false` if no search is due.
  mutating func find(
    _ sockets: inout ListeningSockets, among processes: [ProcessReading], groups: [Int?],
    in directory: borrowing Directory, scrape: UInt64
  ) -> Bool {
    guard sockets.isDue(scrape: scrape) else { return false }
    var found: [UInt64: ListeningSockets.Port] = [:]
    for (file, isVersion6) in [("net/tcp", false), ("net/tcp6", true)] {
      // The kernel lists listening sockets before all others, which may be very many.
      guard (try? content.readBeginning(file, in: directory, limit: 1 << 20)) != nil else {
        continue
      }
      Self.parseSockets(content.span, isVersion6: isVersion6, to: &found)
    }
    sockets.update(found, scrape: scrape)
    let living = Set(processes.map(\.pid))
    sockets.retain { living.contains($0) }
    let wanted = sockets.searched(scrape: scrape)
    guard !wanted.isEmpty else { return true }
    for (index, process) in processes.enumerated()
    where groups[index] != nil && !process.isKernelThread {
      forEachSocket(of: process.pid, in: directory) { socket in
        if wanted.contains(socket) { sockets.note(process.pid, holds: socket) }
      }
    }
    sockets.endSearch(wanted, scrape: scrape)
    return true
  }
}
