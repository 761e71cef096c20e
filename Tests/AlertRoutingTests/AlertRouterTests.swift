import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

private func alert(_ name: String, _ number: String = "1") -> Labels {
  ["alertname": name, "n": number]
}

@Suite struct AlertRouterTests {
  @Test func d1_d2_d7_groupsWaitThenKeepTheirInterval() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("A", "1"), since: 0)
    await world.advance(to: 10)
    await world.fire(alert("A", "2"), since: 10)
    await world.advance(to: 40)
    await world.fire(alert("A", "3"), since: 40)
    await world.advance(to: 400)
    let arrivals = world.receivers.arrivals
    #expect(arrivals.map(\.at) == [30, 330])
    #expect(arrivals.map(\.firing) == [["1", "2"], ["1", "2", "3"]])
    #expect(arrivals.map(\.reason) == ["first notification", "new alerts added"])
  }

  @Test func d1_anOldAlertIsToldAtOnce() async throws {
    let world = try await World(.oneWebhook())
    world.time.set(1_000_000)
    await world.fire(alert("A"), since: 900)
    await world.advance(to: 1000)
    #expect(world.receivers.arrivals.map(\.at) == [1000])
  }

  @Test func p3_repeatsAfterTheRepeatInterval() async throws {
    var configuration = NotificationConfiguration.oneWebhook()
    configuration.route.repeatInterval = .minutes(12)
    let world = try await World(configuration)
    for second in stride(from: Int64(0), to: 2400, by: 60) {
      await world.advance(to: second)
      await world.fire(alert("A"), since: 0)
    }
    // 12 min round up to the next multiple of group_interval (P6).
    #expect(world.receivers.arrivals.map(\.at) == [30, 930, 1830])
    #expect(world.receivers.arrivals.last?.reason == "repeat interval elapsed")
  }

  @Test func d5_theEndIsToldOnceAndThenForgotten() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("A", "1"), alert("A", "2"), since: 0)
    await world.advance(to: 100)
    await world.resolve(alert("A", "1"), since: 0, at: 100)
    await world.fire(alert("A", "2"), since: 0)
    await world.advance(to: 340)
    await world.resolve(alert("A", "2"), since: 0, at: 340)
    await world.advance(to: 2000)
    let arrivals = world.receivers.arrivals
    #expect(
      arrivals.map(\.reason) == [
        "first notification", "some alerts resolved", "all alerts resolved",
      ])
    #expect(arrivals.map(\.resolved) == [[], ["1"], ["2"]])
    #expect(await world.router.groups.isEmpty)
    #expect(world.disk.count(.alerts) == 0)
  }

  @Test func p7_withoutSendResolvedOnlyTheLogIsWritten() async throws {
    let world = try await World(.oneWebhook(sendResolved: false))
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 60)
    await world.resolve(alert("A"), since: 0, at: 60)
    await world.advance(to: 700)
    #expect(world.receivers.arrivals.count == 1)
    await world.fire(alert("A"), since: 700)
    await world.advance(to: 800)
    #expect(world.receivers.arrivals.map(\.reason) == ["first notification", "first notification"])
  }

  @Test func rt1_retriesNeverEndAndTheOrderIsKept() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .retryable("503")
    await world.fire(alert("A"), since: 0)
    for second in stride(from: Int64(60), through: 7200, by: 60) {
      await world.advance(to: second)
      if second < 3600 {
        await world.fire(alert("A"), since: 0)
      } else if second < 4500 {
        await world.resolve(alert("A"), since: 0, at: 3600)
      }
    }
    #expect(world.receivers.arrivals.isEmpty && world.receivers.attempts > 100)
    #expect(await world.router.pendingDeliveries().map(\.count) == [2])
    world.receivers.failure = nil
    await world.advance(to: 7300)
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(world.disk.count(.alerts) == 0)
  }

  @Test func rt6_retryAfterIsHonoured() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .retryable("429", .rateLimited, after: .seconds(120))
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 31)
    world.receivers.failure = nil
    await world.advance(to: 149)
    #expect(world.receivers.arrivals.isEmpty)
    await world.advance(to: 151)
    #expect(world.receivers.arrivals.count == 1)
  }

  @Test func d5_whatFailedForGoodIsToldAnewAtTheNextFlush() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .permanent("404 no_service", .clientError)
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 100)
    #expect(world.receivers.attempts == 1)
    #expect(world.disk.count(.outbox) == 0 && world.disk.count(.notificationLog) == 0)
    world.receivers.failure = nil
    await world.advance(to: 331)
    #expect(world.receivers.arrivals.map(\.reason) == ["first notification"])
    let failed = world.router.counters.snapshot.integrations.values.first?.failed
    #expect(failed == [.clientError: 1])
  }

  @Test func d5_anEndThatFailedForGoodIsToldAnew() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 100)
    await world.resolve(alert("A"), since: 0, at: 100)
    world.receivers.failure = .permanent("403", .authError)
    await world.advance(to: 400)
    #expect(await world.router.groups.count == 1)
    world.receivers.failure = nil
    await world.advance(to: 700)
    #expect(world.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(await world.router.groups.isEmpty)
  }

  @Test func d5_aMessageThatCannotBeMadeIsReportedAndTriedAgain() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("Unrenderable"), since: 0)
    await world.advance(to: 340)
    let failures = world.events.all.count {
      if case .failed(_, "template error") = $0 { return true }
      return false
    }
    #expect(failures == 2)
  }

  @Test func s7_d6_silencedAlertsAreHeldBackAndEndUnseen() async throws {
    let world = try await World(.oneWebhook())
    let silence = Silence(
      matchers: [LabelMatcher("n", equals: "1")], startsAt: world.time.now,
      endsAt: Timestamp(rawValue: 3_600_000), createdBy: "me", comment: "work")
    let id = try await world.router.setSilence(silence)
    await world.fire(alert("A", "1"), alert("A", "2"), since: 0)
    await world.advance(to: 60)
    #expect(world.receivers.arrivals.map(\.firing) == [["2"]])
    let shown = await world.router.alertsSnapshot()
    #expect(Set(shown.map(\.state)) == [.suppressed, .active])
    #expect(shown.first { $0.state == .suppressed }?.silencedBy == [id])
    try await world.router.expireSilence(id)
    await world.advance(to: 340)
    #expect(world.receivers.arrivals.last?.firing == ["1", "2"])
    #expect(world.router.counters.snapshot.suppressed == [.silence: 1])
  }

  @Test func in1_inhibitedAlertsAreHeldBack() async throws {
    var configuration = NotificationConfiguration.oneWebhook()
    var rule = InhibitRuleDefinition()
    rule.sourceMatchers = [LabelMatcher("alertname", equals: "HostDown")]
    rule.targetMatchers = [LabelMatcher("alertname", equals: "SlowDisk")]
    rule.equal = ["instance"]
    configuration.inhibitRules = [rule]
    let world = try await World(configuration)
    await world.fire(
      ["alertname": "HostDown", "instance": "a", "n": "down"],
      ["alertname": "SlowDisk", "instance": "a", "n": "slow a"],
      ["alertname": "SlowDisk", "instance": "b", "n": "slow b"], since: 0)
    await world.advance(to: 60)
    #expect(Set(world.receivers.arrivals.flatMap(\.firing)) == ["down", "slow b"])
    let muted = await world.router.alertsSnapshot().filter { $0.state == .suppressed }
    #expect(muted.map(\.alert.labels["n"]) == ["slow a"])
    #expect(muted.first?.inhibitedBy.count == 1)
  }

  @Test func ti6_muteIntervalsHoldBackAndThenTell() async throws {
    var configuration = NotificationConfiguration.oneWebhook()
    var night = CalendarSpan()
    night.times = [try TimeOfDayRange(start: "00:00", end: "00:10")]
    configuration.timeIntervals = [TimeIntervalDefinition(name: "night", spans: [night])]
    var route = RouteDefinition()
    route.matchers = [LabelMatcher("alertname", equals: "A")]
    route.muteTimeIntervals = ["night"]
    configuration.route.routes = [route]
    let world = try await World(configuration)
    for second in stride(from: Int64(0), through: 900, by: 60) {
      await world.fire(alert("A"), since: 0)
      await world.advance(to: second)
    }
    #expect(world.receivers.arrivals.map(\.at) == [630])
  }

  @Test func cf4_areloadTellsNobodyTwice() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 60)
    await world.router.configure(world.configuration, notifiers: world.notifiers)
    await world.advance(to: 200)
    #expect(world.receivers.arrivals.count == 1)
  }

  @Test func i2_faultyAlertsAreRefusedAndTheOthersTaken() async throws {
    let world = try await World(.oneWebhook())
    let faults = await world.router.accept([
      world.alert([:], since: 0), world.alert(alert("A"), since: 10, until: 5),
      world.alert(alert("B"), since: 0),
    ])
    #expect(faults.count == 2)
    #expect(await world.router.alertsSnapshot().map(\.alert.name) == ["B"])
  }

  @Test func anEndThatIsRepeatedTellsNobodyAnything() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("A", "1"), alert("A", "2"), since: 0)
    await world.advance(to: 100)
    await world.resolve(alert("A", "1"), since: 0, at: 100)
    await world.advance(to: 340)
    // A message without the ended alert is sent in between; then its end is repeated.
    await world.fire(alert("A", "3"), since: 340)
    await world.advance(to: 640)
    await world.resolve(alert("A", "1"), since: 0, at: 100)
    await world.advance(to: 1000)
    #expect(world.receivers.arrivals.map(\.resolved) == [[], ["1"], []])
    #expect(world.disk.count(.alerts) == 2)
  }

  @Test func tooManyWaitingMessagesGiveWayToTheYoungest() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .retryable("down")
    for number in 0..<10 {
      await world.fire(alert("A", "\(number)"), since: Int64(number) * 300)
      await world.advance(to: Int64(number) * 300 + 299)
      for known in 0...number { await world.fire(alert("A", "\(known)"), since: 0) }
    }
    await world.advance(to: 3000)
    #expect(world.disk.count(.outbox) == 4)
    world.receivers.failure = nil
    await world.advance(to: 3100)
    #expect(world.receivers.arrivals.count == 4)
    #expect(world.receivers.arrivals.last?.firing.count == 10)
  }

  @Test func aMessageOfARemovedReceiverIsGivenUp() async throws {
    let world = try await World(.oneWebhook())
    world.receivers.failure = .retryable("down")
    await world.fire(alert("A"), since: 0)
    await world.advance(to: 60)
    world.store.kill()
    world.configuration = .silent
    try await world.boot()
    await world.advance(to: 120)
    #expect(world.disk.count(.outbox) == 0)
    #expect(
      world.events.all.contains {
        if case .failed(_, let reason) = $0 { return reason.contains("not configured any more") }
        return false
      })
  }

  @Test func am6_groupsAreShownWithTheirAlerts() async throws {
    let world = try await World(.oneWebhook())
    await world.fire(alert("B"), alert("A", "1"), alert("A", "2"), since: 0)
    let groups = await world.router.groupsSnapshot()
    #expect(groups.map(\.labels) == [["alertname": "A"], ["alertname": "B"]])
    #expect(groups.map(\.alerts.count) == [2, 1])
    #expect(groups.map(\.receiver) == ["hook", "hook"])
    #expect(groups[0].alerts.allSatisfy { $0.state == .unprocessed })
  }
}
