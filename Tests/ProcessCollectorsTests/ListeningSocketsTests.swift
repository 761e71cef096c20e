import Testing

@testable import ProcessCollectors

private func socket(
  _ inode: UInt64, port: String, state: String = "0A"
) -> String {
  "   0: 0100007F:\(port) 00000000:0000 \(state) 00000000:00000000 00:00000000 00000000     0        0 "
    + "\(inode) 1 0000000000000000 100 0 0 10 0\n"
}

private let heading =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid\n"

@Test func onlySocketsThatListenCount() {
  var ports: [UInt64: ListeningSockets.Port] = [:]
  let text = heading + socket(7, port: "1F90") + socket(8, port: "0050", state: "01")
  ProcessReader.parseSockets(text.utf8.span, isVersion6: false, to: &ports)
  #expect(ports == [7: ListeningSockets.Port(number: 8080, isVersion6: false)])
}

/// A truncated line, an impossible port, or a file without sockets: nothing is invented.
@Test(arguments: [
  "   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0", "   0: 0100007F1F90 0 0A 0 0 0 0 0 7 1",
  "   0: 0100007F:1FFFF 00000000:0000 0A 0:0 00:0 0 0 0 7 1",
  "   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 0 1",
  "   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 -7 1",
])
func brokenLinesAreNoSockets(line: String) {
  var ports: [UInt64: ListeningSockets.Port] = [:]
  ProcessReader.parseSockets((heading + line + "\n").utf8.span, isVersion6: false, to: &ports)
  #expect(ports.isEmpty)
}

@Test func socketsOfGroupsAreCountedForEachThatHoldsThem() {
  var tracker = ProcessTracker()
  let processes = (10...13).map { pid in
    ProcessReading(pid: pid, parent: 1, startTicks: 5, comm: CommName("x".utf8.span))
  }
  let groups: [Int32: String] = [10: "web", 11: "web", 12: "db"]
  _ = tracker.begin(processes) { groups[$0.pid].map { .group($0) } ?? .unnamed }
  var sockets = ListeningSockets()
  let web = ListeningSockets.Port(number: 80, isVersion6: false)
  let database = ListeningSockets.Port(number: 5432, isVersion6: true)
  sockets.update([1: web, 2: web, 3: database, 4: web], scrape: 1)
  for (pid, socket) in [(10, 1), (11, 1), (11, 2), (12, 3), (11, 3), (13, 4)] as [(Int32, UInt64)] {
    sockets.note(pid, holds: socket)
  }
  let shown = tracker.listeners(sockets).map {
    "\($0.group) \($0.protocolName) \($0.port): \($0.sockets)"
  }
  #expect(shown == ["db tcp6 5432: 1", "web tcp 80: 2", "web tcp6 5432: 1"])
  // The second process ends: its socket has no owner until it is found again.
  _ = tracker.begin(Array(processes.prefix(2))) { _ in .gone }
  #expect(tracker.listeners(sockets).map(\.group) == ["web", "web"])
}

@Test func ownersAreSearchedForNewSocketsAndOccasionallyAgain() {
  var sockets = ListeningSockets()
  let port = ListeningSockets.Port(number: 80, isVersion6: false)
  #expect(sockets.isDue(scrape: 1))
  sockets.update([1: port, 2: port], scrape: 1)
  #expect(sockets.searched(scrape: 1) == [1, 2])
  sockets.note(10, holds: 1)
  sockets.endSearch([1, 2], scrape: 1)
  #expect(!sockets.isDue(scrape: 8))
  #expect(sockets.isDue(scrape: 9))
  #expect(sockets.searched(scrape: 9).isEmpty)
  #expect(sockets.searched(scrape: 65) == [2])
  sockets.retain { $0 != 10 }
  #expect(sockets.searched(scrape: 9) == [1])
  sockets.update([2: port], scrape: 9)
  #expect(sockets.owners.isEmpty)
}
