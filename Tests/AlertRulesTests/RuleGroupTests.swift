import MetricModel
import PromQLEngine
import PromQLSyntax
import StorageAPI
import TestSupport
import Testing

@testable import AlertRules

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

private let down = VectorElement(labels: ["__name__": "up", "job": "node"], value: 0)
private let downAlert: Labels = ["alertname": "Down", "job": "node"]

private func group(
  _ rules: RuleDefinition..., interval: Duration = .seconds(15),
  offset: Duration = .zero, limit: Int = 0
) -> RuleGroupDefinition {
  RuleGroupDefinition(
    file: "r.yml", name: "g", interval: interval, queryOffset: offset, limit: limit, rules: rules)
}

private let downRule = RuleDefinition(.alert("Down"), expression: "up == 0")

@Suite struct RuleGroupTests {
  let fixture = RuleFixture()

  private func make(_ definition: RuleGroupDefinition) -> RuleGroup {
    RuleGroup(definition, services: fixture.services, settings: RuleSettings())
  }

  @Test func rulesRunInTheOrderOfTheFile() async {
    let group = make(
      group(
        RuleDefinition(.record("a"), expression: "one"),
        RuleDefinition(.alert("B"), expression: "two")))
    await group.evaluate(at: at(15))
    #expect(fixture.asked.map(\.expression) == ["one", "two"])
  }

  @Test func aDiskThatHangsDoesNotStopEvaluation() async throws {
    fixture.answer("up == 0", [down])
    fixture.store.stall()
    var services = fixture.services
    services.storeLimit = .milliseconds(50)
    let group = RuleGroup(group(downRule), services: services, settings: RuleSettings())
    #expect(await group.evaluate(at: at(15)))
    #expect(fixture.sent.count == 1)
    #expect(
      await group.snapshot.rules[0].lastError
        == "cannot store the state of alerts: no answer from the disk within 0.05 seconds")

    // While the write has not ended, the group waits no more.
    #expect(await group.evaluate(at: at(30)))
    #expect(
      await group.snapshot.rules[0].lastError
        == "cannot store the state of alerts: the disk has not answered an earlier write yet")

    fixture.answer("up == 0", [])
    fixture.store.resume()
    try await eventually("the disk has the alert") { fixture.store.count(.alertStates) == 1 }
    #expect(await group.evaluate(at: at(45)))
    #expect(await group.snapshot.rules[0].health == .ok)
    #expect(fixture.changes == ["inactive>firing", "firing>inactive"])
  }

  @Test func queriesAndSamplesAreOffsetAlertTimesAreNot() async {
    fixture.answer("up == 0", [down])
    let group = make(group(downRule, offset: .seconds(5)))
    await group.evaluate(at: at(60))
    #expect(fixture.asked.map(\.at) == [at(55)])
    #expect(fixture.appender.samples.allSatisfy { $0.time == at(55) })
    #expect(fixture.sent.map(\.startsAt) == [at(60)])
    let since = fixture.appender.samples.first { $0.labels.metricName == "ALERTS_FOR_STATE" }
    #expect(since?.value == 60)
  }

  @Test func aFailingRuleStopsNoOtherAndChangesNothing() async throws {
    fixture.answer("up == 0", [down])
    let group = make(group(downRule, RuleDefinition(.record("a"), expression: "one")))
    await group.evaluate(at: at(15))
    fixture.appender.removeAll()
    fixture.fail("up == 0", .failed("no data source", at: .none))
    fixture.answer("one", scalar: 1)
    await group.evaluate(at: at(30))
    let snapshot = await group.snapshot
    #expect(snapshot.rules.map(\.health) == [.err, .ok])
    #expect(snapshot.rules[0].lastError == "no data source")
    #expect(snapshot.rules[0].alerts.count == 1)
    #expect(fixture.appender.samples.map(\.labels) == [["__name__": "a"]])
    #expect(snapshot.metrics.evaluationFailures == 1)
    #expect(
      fixture.events.contains(
        .evaluationFailed(
          RuleFailure(group: "r.yml;g", rule: "Down", reason: "no data source", at: at(30)))))
    fixture.answer("up == 0", [down])
    await group.evaluate(at: at(45))
    #expect(
      fixture.events.contains(.evaluationRecovered(group: "r.yml;g", rule: "Down", at: at(45))))
    #expect(fixture.sent.count == 1)
  }

  @Test func vanishedSeriesEnd() async {
    let rule = RuleDefinition(.record("r"), expression: "one")
    let group = make(group(rule))
    fixture.answer(
      "one",
      [VectorElement(labels: ["a": "1"], value: 1), VectorElement(labels: ["a": "2"], value: 2)])
    await group.evaluate(at: at(15))
    fixture.answer("one", [VectorElement(labels: ["a": "2"], value: 2)])
    fixture.appender.removeAll()
    await group.evaluate(at: at(30))
    let stale = fixture.appender.samples.filter(\.isStale)
    #expect(stale.map(\.labels) == [["__name__": "r", "a": "1"]])
    fixture.appender.removeAll()
    await group.evaluate(at: at(45))
    #expect(fixture.appender.samples.allSatisfy { !$0.isStale })
  }

  @Test func seriesEndLaterIfTheStoreFailed() async {
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    fixture.answer("one", [VectorElement(labels: ["a": "1"], value: 1)])
    await group.evaluate(at: at(15))
    fixture.answer("one", [])
    fixture.appender.failAppends(with: .notWritable("disk full"))
    await group.evaluate(at: at(30))
    #expect(await group.snapshot.rules[0].lastError == "disk full")
    fixture.appender.failAppends(with: nil)
    fixture.appender.removeAll()
    await group.evaluate(at: at(45))
    #expect(fixture.appender.samples.map(\.isStale) == [true])
  }

  @Test func refusedSamplesAreAnErrorOfTheRule() async {
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    fixture.answer("one", scalar: 1)
    fixture.appender.adjustOutcomes { $0.tooOld = 1 }
    await group.evaluate(at: at(15))
    #expect(await group.snapshot.rules[0].health == .err)
  }

  @Test func scalarsBecomeASampleAndMatricesAnError() async {
    fixture.answer("one", scalar: 7)
    let recorder = make(group(RuleDefinition(.record("r"), expression: "one")))
    await recorder.evaluate(at: at(15))
    #expect(fixture.appender.samples.map(\.value) == [7])
    fixture.answer("two", .matrix([]))
    let refused = make(group(RuleDefinition(.record("r"), expression: "two")))
    await refused.evaluate(at: at(15))
    #expect(await refused.snapshot.rules[0].lastError == "rule result is not a vector or scalar")
  }

  @Test func seriesNumbersThatTheStoreForgotAreAskedForAgain() async {
    fixture.answer("one", scalar: 7)
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    await group.evaluate(at: at(15))
    fixture.appender.forgetSeries()
    await group.evaluate(at: at(30))
    #expect(fixture.appender.samples.map(\.time) == [at(15), at(30)])
  }

  @Test func alertsAreSeriesAndTheOldStateEnds() async {
    fixture.answer("up == 0", [down])
    let rule = RuleDefinition(.alert("Down"), expression: "up == 0", hold: .seconds(15))
    let group = make(group(rule))
    await group.evaluate(at: at(15))
    let pending: Labels = [
      "__name__": "ALERTS", "alertname": "Down", "alertstate": "pending", "job": "node",
    ]
    #expect(fixture.appender.samples.contains { $0.labels == pending && $0.value == 1 })
    fixture.appender.removeAll()
    await group.evaluate(at: at(30))
    #expect(fixture.appender.samples.contains { $0.labels == pending && $0.isStale })
    #expect(
      fixture.appender.samples.contains {
        $0.labels == pending.setting("alertstate", "firing") && $0.value == 1
      })
    #expect(fixture.changes == ["inactive>pending", "pending>firing"])
    fixture.answer("up == 0", [])
    fixture.appender.removeAll()
    await group.evaluate(at: at(45))
    #expect(
      fixture.appender.samples.count == 2 && fixture.appender.samples.allSatisfy { $0.isStale })
    #expect(fixture.changes.last == "firing>inactive")
  }

  @Test func timesOfSentAlerts() async {
    fixture.answer("up == 0", [down])
    var settings = RuleSettings()
    settings.externalLabels = ["cluster": "eu", "job": "other"]
    settings.externalURL = "http://tocsin:9931"
    let group = RuleGroup(group(downRule), services: fixture.services, settings: settings)
    await group.evaluate(at: at(15))
    fixture.answer("up == 0", [])
    await group.evaluate(at: at(30))
    #expect(fixture.sent.map(\.startsAt) == [at(15), at(15)])
    #expect(fixture.sent.map(\.endsAt) == [at(15 + 240), at(30)])
    #expect(fixture.sent[0].labels == ["alertname": "Down", "cluster": "eu", "job": "node"])
    #expect(fixture.sent[0].generatorURL == "http://tocsin:9931/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
  }

  @Test func aFullDiskDoesNotStopAlertsFromBeingSent() async {
    fixture.answer("up == 0", [down])
    fixture.store.failWrites(with: .notWritable("disk full"))
    let group = make(group(downRule))
    await group.evaluate(at: at(15))
    #expect(fixture.sent.count == 1)
    #expect(await group.snapshot.rules[0].lastError?.contains("disk full") == true)
  }

  @Test func endedAlertsAreNotShown() async {
    fixture.answer("up == 0", [down])
    let group = make(group(downRule))
    #expect(await group.snapshot.rules[0].state == nil)
    await group.evaluate(at: at(15))
    #expect(await group.snapshot.rules[0].alerts.map(\.labels) == [downAlert])
    #expect(await group.snapshot.rules[0].state == .firing)
    fixture.answer("up == 0", [])
    await group.evaluate(at: at(30))
    #expect(await group.snapshot.rules[0].alerts.isEmpty)
    #expect(await group.snapshot.rules[0].state == .inactive)
  }

  @Test func exceedingTheLimitAlsoRemovesTheStoredAlerts() async {
    fixture.answer("up == 0", [down])
    let group = make(group(downRule, limit: 1))
    await group.evaluate(at: at(15))
    #expect(fixture.store.count(.alertStates) == 1)
    fixture.answer("up == 0", [down, VectorElement(labels: ["job": "b"], value: 0)])
    await group.evaluate(at: at(30))
    #expect(fixture.store.count(.alertStates) == 0)
    #expect(await group.snapshot.rules[0].lastError == "exceeded limit of 1 with 2 alerts")
  }
}
