import Concurrency
import Glibc
import Synchronization
import Testing

private actor Blocker {
  private let executor = ThreadExecutor(name: "blocker")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// The thread that the actor runs on.
  func thread() -> UInt { threadNumber() }

  func wait(for descriptor: Int32) -> Readiness.Outcome {
    Readiness.wait(for: descriptor, .reading, until: .now + .seconds(60))
  }
}

private struct Pipe: ~Copyable {
  let reader: Int32
  let writer: Int32

  init() {
    var ends: [Int32] = [0, 0]
    _ = unsafe pipe(&ends)
    (reader, writer) = (ends[0], ends[1])
  }

  func write() {
    var byte: UInt8 = 1
    _ = unsafe Glibc.write(writer, &byte, 1)
  }

  deinit {
    close(reader)
    close(writer)
  }
}

@Test func anActorStaysOnItsThread() async {
  let blocker = Blocker()
  let first = await blocker.thread()
  await Task.yield()
  #expect(await blocker.thread() == first)
  #expect(await Blocker().thread() != first)
}

@Test func blockedActorsDelayNoOthers() async {
  // Far more than the machine has cores: on the cooperative pool this would never end.
  let blockers = (0..<32).map { _ in Blocker() }
  let pipe = Pipe()
  let descriptor = pipe.reader
  await withTaskGroup(of: Readiness.Outcome.self) { group in
    for blocker in blockers { group.addTask { await blocker.wait(for: descriptor) } }
    group.addTask { Readiness.wait(for: descriptor, .reading, until: .now) }
    #expect(await group.next() == .timedOut)
    pipe.write()
    for await outcome in group { #expect(outcome == .ready) }
  }
}

@Test(arguments: [
  ("127.0.0.1", ["127.0.0.1"]), ("::1", ["::1"]), ("10.1.2.3", ["10.1.2.3"]),
])
func addressesComeBackUnchanged(host: String, expected: [String]) throws {
  #expect(try NameResolution.addresses(of: host, until: .now + .seconds(10)) == expected)
}

@Test func localhostResolves() throws {
  let found = try NameResolution.addresses(of: "localhost", until: .now + .seconds(30))
  #expect(found.contains("127.0.0.1") || found.contains("::1"))
}

@Test(arguments: ["", "no-such-host.invalid"])
func unknownHostsAreErrors(host: String) {
  #expect(throws: NameResolutionError.self) {
    try NameResolution.addresses(of: host, until: .now + .seconds(30))
  }
}

@Test func pollTimeoutsAreRoundedUp() {
  #expect((ContinuousClock.now - .seconds(1)).pollMilliseconds == 0)
  #expect((ContinuousClock.now + .microseconds(10)).pollMilliseconds <= 1)
  #expect((ContinuousClock.now + .seconds(1_000_000_000)).pollMilliseconds == .max)
}

/// The number of the current thread.
func threadNumber() -> UInt { UInt(pthread_self()) }
