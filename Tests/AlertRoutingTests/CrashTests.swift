import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

/// An alert fires at 0 and ends at 600; the receiver is down from 0 to 200. The sender says so every minute, as rules do.
private func play(in world: World) async throws {
  world.receivers.failure = .retryable("connection refused")
  for second in stride(from: world.time.now.rawValue / 1000 + 60, through: 1800, by: 60) {
    await world.advance(to: second - 1)
    if second >= 200 { world.receivers.failure = nil }
    let alive = second - 60
    if alive < 600 {
      await world.fire(["alertname": "A", "n": "1"], since: 0)
    } else if alive < 1500 {
      await world.resolve(["alertname": "A", "n": "1"], since: 0, at: 600)
    }
    await world.advance(to: second)
    if world.store.isDead { return }
  }
}

@Suite struct CrashTests {
  private static func writesOfACalmLife() async throws -> Int {
    let world = try await World(.oneWebhook())
    try await play(in: world)
    return world.store.writeCount
  }

  @Test func withoutACrashEachMessageArrivesOnce() async throws {
    let world = try await World(.oneWebhook())
    try await play(in: world)
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(world.receivers.attempts > 2)
    #expect(world.disk.count(.outbox) == 0 && world.disk.count(.alerts) == 0)
  }

  /// Kill -9 before and after every single write: every message arrives, in order, and what arrives again has the same number.
  @Test(arguments: [false, true])
  func aCrashAtAnyWriteLosesNothingAndRepeatsNothingNew(isAfter: Bool) async throws {
    let writes = try await Self.writesOfACalmLife()
    #expect(writes > 10)
    for write in 0..<writes {
      let death = MortalStore.Death(write: write, isAfter: isAfter)
      let world = try await World(.oneWebhook(), death: death)
      try await play(in: world)
      #expect(world.store.isDead, "\(death)")
      let before = world.receivers.arrivals.count
      try await world.boot()
      try await play(in: world)
      var ids: [String] = []
      var statuses: [String] = []
      for arrival in world.receivers.arrivals where !ids.contains(arrival.id) {
        ids.append(arrival.id)
        statuses.append(arrival.status)
      }
      #expect(statuses == ["firing", "resolved"], "\(death)")
      // Only a message whose arrival was not yet on disk may arrive a second time.
      #expect(world.receivers.arrivals.count <= (isAfter ? 2 : 3), "\(death), \(before) before")
      #expect(world.disk.count(.outbox) == 0 && world.disk.count(.alerts) == 0, "\(death)")
    }
  }

  @Test func aRestartDoesNotForgetWhatFiresNorTellItTwice() async throws {
    let world = try await World(.oneWebhook())
    world.validity = 240_000
    await world.fire(["alertname": "A", "n": "1"], since: 0)
    await world.advance(to: 60)
    world.store.kill()
    // Nobody says for ten minutes that the alert still fires: it must not seem to have ended.
    world.time.set(700_000)
    try await world.boot()
    await world.advance(to: 760)
    #expect(world.receivers.arrivals.count == 1)
    #expect(await world.router.alertsSnapshot().count == 1)
    await world.fire(["alertname": "A", "n": "1"], since: 0)
    await world.advance(to: 2000)
    // Now the sender is silent for good.
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
  }

  @Test func anEndThatWasTakenButNotToldSurvives() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(["alertname": "A", "n": "1"], since: 0)
    await world.advance(to: 60)
    await world.resolve(["alertname": "A", "n": "1"], since: 0, at: 60)
    world.store.kill()
    try await world.boot()
    await world.advance(to: 400)
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
  }

  @Test func whatWaitsIsDeliveredInOrderAfterTheRestart() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .retryable("down")
    await world.fire(["alertname": "A", "n": "1"], since: 0)
    await world.advance(to: 100)
    await world.resolve(["alertname": "A", "n": "1"], since: 0, at: 100)
    await world.advance(to: 400)
    #expect(world.disk.count(.outbox) == 2)
    world.store.kill()
    world.receivers.failure = nil
    try await world.boot()
    await world.advance(to: 401)
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(world.disk.count(.outbox) == 0)
  }

  @Test func aFullDiskKeepsNobodyFromBeingTold() async throws {
    let world = try await World(.oneWebhook())
    world.store.refuseWrites(true)
    await world.fire(["alertname": "A", "n": "1"], since: 0)
    await world.advance(to: 60)
    #expect(world.receivers.arrivals.map(\.status) == ["firing"])
    #expect(world.router.counters.snapshot.storeFailures > 0)
  }
}
