import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import AlertRouting

private func alert(_ name: String, _ number: String = "1") -> Labels {
  ["alertname": name, "n": number]
}

@Suite struct RouterStateTests {
  @Test func groupsWaitAndThenFlushAtIntervals() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("A", "1"), since: 0)
    fixture.advance(to: 10)
    fixture.fire(alert("A", "2"), since: 10)
    fixture.advance(to: 40)
    fixture.fire(alert("A", "3"), since: 40)
    fixture.advance(to: 400)
    let arrivals = fixture.receivers.arrivals
    #expect(arrivals.map(\.at) == [30, 330])
    #expect(arrivals.map(\.firing) == [["1", "2"], ["1", "2", "3"]])
    #expect(arrivals.map(\.reason) == ["first notification", "new alerts added"])
  }

  @Test func anOldAlertIsNotifiedAtOnce() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.now = Timestamp(rawValue: 1_000_000)
    fixture.fire(alert("A"), since: 900)
    fixture.advance(to: 1000)
    #expect(fixture.receivers.arrivals.map(\.at) == [1000])
  }

  @Test func repeatsAfterTheRepeatInterval() {
    var configuration = NotificationConfiguration.oneWebhook()
    configuration.route.repeatInterval = .minutes(12)
    let fixture = RouterFixture(configuration)
    for second in stride(from: Int64(0), to: 2400, by: 60) {
      fixture.advance(to: second)
      fixture.fire(alert("A"), since: 0)
    }
    // 12 min round up to the next multiple of group_interval.
    #expect(fixture.receivers.arrivals.map(\.at) == [30, 930, 1830])
    #expect(fixture.receivers.arrivals.last?.reason == "repeat interval elapsed")
  }

  @Test func receiversAreNotifiedOfTheEndOnce() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("A", "1"), alert("A", "2"), since: 0)
    fixture.advance(to: 100)
    fixture.resolve(alert("A", "1"), since: 0, at: 100)
    fixture.fire(alert("A", "2"), since: 0)
    fixture.advance(to: 340)
    fixture.resolve(alert("A", "2"), since: 0, at: 340)
    fixture.advance(to: 2000)
    let arrivals = fixture.receivers.arrivals
    #expect(
      arrivals.map(\.reason) == [
        "first notification", "some alerts resolved", "all alerts resolved",
      ])
    #expect(arrivals.map(\.resolved) == [[], ["1"], ["2"]])
    #expect(fixture.state.groups.isEmpty)
    #expect(fixture.disk.count(.alerts) == 0)
  }

  @Test func withoutSendResolvedOnlyTheLogIsWritten() {
    let fixture = RouterFixture(.oneWebhook(sendResolved: false))
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 60)
    fixture.resolve(alert("A"), since: 0, at: 60)
    fixture.advance(to: 700)
    #expect(fixture.receivers.arrivals.count == 1)
    fixture.fire(alert("A"), since: 700)
    fixture.advance(to: 800)
    #expect(
      fixture.receivers.arrivals.map(\.reason) == ["first notification", "first notification"])
  }

  @Test func retriesNeverEndAndMessagesStayInOrder() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("503")
    fixture.fire(alert("A"), since: 0)
    for second in stride(from: Int64(60), through: 7200, by: 60) {
      fixture.advance(to: second)
      if second < 3600 {
        fixture.fire(alert("A"), since: 0)
      } else if second < 4500 {
        fixture.resolve(alert("A"), since: 0, at: 3600)
      }
    }
    #expect(fixture.receivers.arrivals.isEmpty && fixture.receivers.attempts > 100)
    #expect(fixture.state.outbox.pending.map(\.count) == [2])
    fixture.receivers.failure = nil
    fixture.advance(to: 7300)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(fixture.disk.count(.alerts) == 0)
  }

  @Test func retryAfterIsHonoured() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("429", .rateLimited, after: .seconds(120))
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 31)
    fixture.receivers.failure = nil
    fixture.advance(to: 149)
    #expect(fixture.receivers.arrivals.isEmpty)
    fixture.advance(to: 151)
    #expect(fixture.receivers.arrivals.count == 1)
  }

  @Test func aPermanentFailureIsSentAgainAtTheNextFlush() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .permanent("404 no_service", .clientError)
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 100)
    #expect(fixture.receivers.attempts == 1)
    #expect(fixture.disk.count(.outbox) == 0 && fixture.disk.count(.notificationLog) == 0)
    fixture.receivers.failure = nil
    fixture.advance(to: 331)
    #expect(fixture.receivers.arrivals.map(\.reason) == ["first notification"])
    let failed = fixture.state.counters.integrations.values.first?.failed
    #expect(failed == [.clientError: 1])
  }

  @Test func anEndThatFailedForGoodIsSentAgain() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 100)
    fixture.resolve(alert("A"), since: 0, at: 100)
    fixture.receivers.failure = .permanent("403", .authError)
    fixture.advance(to: 400)
    #expect(fixture.state.groups.count == 1)
    fixture.receivers.failure = nil
    fixture.advance(to: 700)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing", "resolved"])
    #expect(fixture.state.groups.isEmpty)
  }

  @Test func aMessageThatCannotBeMadeIsReportedAndTriedAgain() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("Unrenderable"), since: 0)
    fixture.advance(to: 340)
    let failures = fixture.events.count {
      if case .failed(_, "template error") = $0 { return true }
      return false
    }
    #expect(failures == 2)
  }

  @Test func silencedAlertsAreHeldBackAndEndWithoutNotification() throws {
    let fixture = RouterFixture(.oneWebhook())
    let silence = Silence(
      matchers: [LabelMatcher("n", equals: "1")], startsAt: fixture.now,
      endsAt: Timestamp(rawValue: 3_600_000), createdBy: "me", comment: "work")
    let id = try fixture.setSilence(silence)
    fixture.fire(alert("A", "1"), alert("A", "2"), since: 0)
    fixture.advance(to: 60)
    #expect(fixture.receivers.arrivals.map(\.firing) == [["2"]])
    let shown = fixture.alerts
    #expect(Set(shown.map(\.state)) == [.suppressed, .active])
    #expect(shown.first { $0.state == .suppressed }?.silencedBy == [id])
    try fixture.expireSilence(id)
    fixture.advance(to: 340)
    #expect(fixture.receivers.arrivals.last?.firing == ["1", "2"])
    #expect(fixture.state.counters.suppressed == [.silence: 1])
  }

  @Test func inhibitedAlertsAreHeldBack() {
    var configuration = NotificationConfiguration.oneWebhook()
    var rule = InhibitRuleDefinition()
    rule.sourceMatchers = [LabelMatcher("alertname", equals: "HostDown")]
    rule.targetMatchers = [LabelMatcher("alertname", equals: "SlowDisk")]
    rule.equal = ["instance"]
    configuration.inhibitRules = [rule]
    let fixture = RouterFixture(configuration)
    fixture.fire(
      ["alertname": "HostDown", "instance": "a", "n": "down"],
      ["alertname": "SlowDisk", "instance": "a", "n": "slow a"],
      ["alertname": "SlowDisk", "instance": "b", "n": "slow b"], since: 0)
    fixture.advance(to: 60)
    #expect(Set(fixture.receivers.arrivals.flatMap(\.firing)) == ["down", "slow b"])
    let muted = fixture.alerts.filter { $0.state == .suppressed }
    #expect(muted.map(\.alert.labels["n"]) == ["slow a"])
    #expect(muted.first?.inhibitedBy.count == 1)
  }

  @Test func muteIntervalsHoldBackForATime() throws {
    var configuration = NotificationConfiguration.oneWebhook()
    var night = CalendarSpan()
    night.times = [try TimeOfDayRange(start: "00:00", end: "00:10")]
    configuration.timeIntervals = [TimeIntervalDefinition(name: "night", spans: [night])]
    var route = RouteDefinition()
    route.matchers = [LabelMatcher("alertname", equals: "A")]
    route.muteTimeIntervals = ["night"]
    configuration.route.routes = [route]
    let fixture = RouterFixture(configuration)
    for second in stride(from: Int64(0), through: 900, by: 60) {
      fixture.fire(alert("A"), since: 0)
      fixture.advance(to: second)
    }
    #expect(fixture.receivers.arrivals.map(\.at) == [630])
  }

  @Test func aReloadRepeatsNoNotification() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 60)
    fixture.reload()
    fixture.advance(to: 200)
    #expect(fixture.receivers.arrivals.count == 1)
  }

  @Test func faultyAlertsAreRefusedAndTheOthersTaken() {
    let fixture = RouterFixture(.oneWebhook())
    let faults = fixture.receive([
      fixture.alert([:], since: 0), fixture.alert(alert("A"), since: 10, until: 5),
      fixture.alert(alert("B"), since: 0),
    ])
    #expect(faults.count == 2)
    #expect(fixture.alerts.map(\.alert.name) == ["B"])
  }

  @Test func aRepeatedEndIsNotNotified() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("A", "1"), alert("A", "2"), since: 0)
    fixture.advance(to: 100)
    fixture.resolve(alert("A", "1"), since: 0, at: 100)
    fixture.advance(to: 340)
    // A message without the ended alert is sent in between; then its end is repeated.
    fixture.fire(alert("A", "3"), since: 340)
    fixture.advance(to: 640)
    fixture.resolve(alert("A", "1"), since: 0, at: 100)
    fixture.advance(to: 1000)
    #expect(fixture.receivers.arrivals.map(\.resolved) == [[], ["1"], []])
    #expect(fixture.disk.count(.alerts) == 2)
  }

  @Test func tooManyWaitingMessagesAreReplacedByTheNewest() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("down")
    for number in 0..<10 {
      fixture.fire(alert("A", "\(number)"), since: Int64(number) * 300)
      fixture.advance(to: Int64(number) * 300 + 299)
      for known in 0...number { fixture.fire(alert("A", "\(known)"), since: 0) }
    }
    fixture.advance(to: 3000)
    #expect(fixture.disk.count(.outbox) == 4)
    fixture.receivers.failure = nil
    fixture.advance(to: 3100)
    #expect(fixture.receivers.arrivals.count == 4)
    #expect(fixture.receivers.arrivals.last?.firing.count == 10)
  }

  @Test func aMessageOfARemovedReceiverIsGivenUp() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.receivers.failure = .retryable("down")
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 60)
    fixture.store.crash()
    fixture.configuration = .silent
    fixture.boot()
    fixture.advance(to: 120)
    #expect(fixture.disk.count(.outbox) == 0)
    #expect(
      fixture.events.contains {
        if case .failed(_, let reason) = $0 { return reason.contains("not configured any more") }
        return false
      })
  }

  @Test func groupsAreShownWithTheirAlerts() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.fire(alert("B"), alert("A", "1"), alert("A", "2"), since: 0)
    let groups = fixture.state.groupsSnapshot(at: fixture.now)
    #expect(groups.map(\.labels) == [["alertname": "A"], ["alertname": "B"]])
    #expect(groups.map(\.alerts.count) == [2, 1])
    #expect(groups.map(\.receiver) == ["hook", "hook"])
    #expect(groups[0].alerts.allSatisfy { $0.state == .unprocessed })
  }

  /// Two siblings with equal matchers, and one without any: each has its own groups and times.
  @Test func siblingRoutesWithEqualMatchersAllNotify() throws {
    var configuration = NotificationConfiguration.oneWebhook()
    let page = [LabelMatcher("severity", equals: "page")]
    for (number, matchers) in [page, page, [], []].enumerated() {
      var route = RouteDefinition()
      route.receiver = "r\(number)"
      route.matchers = matchers
      route.continues = true
      route.groupWait = .seconds(Int64(number) * 10)
      configuration.route.routes.append(route)
      configuration.receivers.append(
        ReceiverDefinition(
          name: "r\(number)", integrations: configuration.receivers[0].integrations))
    }
    let fixture = RouterFixture(configuration)
    fixture.fire(["alertname": "A", "severity": "page", "n": "1"], since: 0)
    fixture.advance(to: 60)
    let arrivals = fixture.receivers.arrivals
    #expect(arrivals.map(\.receiver) == (0...3).map { "r\($0)/webhook[0]" })
    #expect(arrivals.map(\.at) == [0, 10, 20, 30])
    #expect(arrivals[0].group == arrivals[1].group && arrivals[2].group == arrivals[3].group)
    // A restart knows the notifications of before.
    fixture.store.crash()
    fixture.boot()
    fixture.advance(to: 200)
    #expect(fixture.receivers.arrivals.count == 4)
    fixture.resolve(["alertname": "A", "severity": "page", "n": "1"], since: 0, at: 200)
    fixture.advance(to: 700)
    #expect(fixture.receivers.arrivals.count == 8)
    #expect(fixture.state.alerts.isEmpty && fixture.disk.count(.alerts) == 0)
  }

  /// The attempts of a receiver that hangs use up no other receiver's places.
  @Test func aHangingReceiverDelaysNoOther() throws {
    var configuration = NotificationConfiguration.oneWebhook()
    configuration.route.groupWait = .zero
    var good = RouteDefinition()
    good.receiver = "good"
    good.matchers = [LabelMatcher("team", equals: "good")]
    configuration.route.routes = [good]
    configuration.receivers.append(
      ReceiverDefinition(name: "good", integrations: configuration.receivers[0].integrations))
    let now = Timestamp(rawValue: 0)
    var state = RouterState()
    let receivers = Receivers()
    var notifiers: [IntegrationKey: any Notifier] = [:]
    for (key, _) in configuration.receivers.flatMap(\.keyedIntegrations) {
      notifiers[key] = RecordingNotifier(key: key, receivers: receivers)
    }
    state.reload(RouterSetup(configuration, notifiers: notifiers), at: now)
    func alert(_ name: String, _ team: String) -> Alert {
      Alert(
        labels: ["alertname": name, "team": team], startsAt: now, endsAt: .distantFuture,
        updatedAt: now)
    }
    _ = state.receive((0..<100).map { alert("A\($0)", "bad") }, at: now)
    func started(_ step: RouterStep) -> [OutboxMessage] {
      step.effects.compactMap { effect in
        guard case .deliver(let message) = effect else { return nil }
        return message
      }
    }
    let hanging = started(state.flush(at: now))
    #expect(hanging.count == state.limits.deliveriesPerDestination)
    _ = state.receive([alert("B", "good")], at: now)
    let next = started(state.flush(at: now))
    #expect(next.map(\.integration.receiver) == ["good"])
    // The end of an attempt allows the next of the same receiver, oldest first.
    let result = DeliveryResult(message: hanging[0], failure: nil, elapsed: .seconds(30))
    let freed = started(state.delivered(result, chance: 0.5, at: now))
    #expect(freed.map(\.sequence) == [UInt64(hanging.count) + 1])
  }

  @Test func aStepFlushesALimitedNumberOfGroups() {
    var limits = RouterLimits()
    limits.groupsPerStep = 10
    var state = RouterState(limits: limits)
    var configuration = NotificationConfiguration.silent
    configuration.route.groupBy = .all
    let now = Timestamp(rawValue: 1_000_000_000)
    state.reload(RouterSetup(configuration), at: now)
    let alerts = (0..<25).map { number in
      Alert(
        labels: ["n": "\(number)"], startsAt: Timestamp(rawValue: 0), endsAt: .distantFuture,
        updatedAt: now)
    }
    _ = state.receive(alerts, at: now)
    for flushed in [10, 20, 25] {
      #expect(state.nextDeadline <= now)
      _ = state.flush(at: now)
      #expect(state.groups.all.count { $0.hasFlushed } == flushed)
    }
    #expect(state.nextDeadline > now)
  }

  @Test func alertsDoNotEndBecauseTheMachineSlept() {
    let fixture = RouterFixture(.oneWebhook())
    fixture.validity = 240_000
    fixture.fire(alert("A"), since: 0)
    fixture.advance(to: 60)
    fixture.sleep(seconds: 3600)
    fixture.advance(to: 3700)
    #expect(fixture.receivers.arrivals.map(\.status) == ["firing"])
    #expect(fixture.alerts.count == 1)
  }
}
