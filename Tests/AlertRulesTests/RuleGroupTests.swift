import MetricModel
import StorageAPI
import Testing

@testable import AlertRules

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

private let down = RuleSample(labels: ["__name__": "up", "job": "node"], value: 0)
private let downAlert: Labels = ["alertname": "Down", "job": "node"]

private func group(
  _ rules: RuleDefinition..., interval: PrometheusDuration = .seconds(15),
  offset: PrometheusDuration = .zero, limit: Int = 0
) -> RuleGroupDefinition {
  RuleGroupDefinition(
    file: "r.yml", name: "g", interval: interval, queryOffset: offset, limit: limit, rules: rules)
}

private let downRule = RuleDefinition(.alert("Down"), expression: "up == 0")

@Suite struct RuleGroupTests {
  let world = RuleWorld()

  private func make(_ definition: RuleGroupDefinition) -> RuleGroup {
    RuleGroup(definition, services: world.services, settings: RuleSettings())
  }

  @Test func g6_rulesRunInTheOrderOfTheFile() async {
    let group = make(
      group(
        RuleDefinition(.record("a"), expression: "one"),
        RuleDefinition(.alert("B"), expression: "two")))
    await group.evaluate(at: at(15))
    #expect(world.asked.map(\.expression) == ["one", "two"])
  }

  @Test func g7_queriesAndSamplesAreOffsetAlertTimesAreNot() async {
    world.answer("up == 0", [down])
    let group = make(group(downRule, offset: .seconds(5)))
    await group.evaluate(at: at(60))
    #expect(world.asked.map(\.at) == [at(55)])
    #expect(world.samples.written.allSatisfy { $0.at == at(55) })
    #expect(world.sent.map(\.startsAt) == [at(60)])
    let since = world.samples.written.first { $0.labels.metricName == "ALERTS_FOR_STATE" }
    #expect(since?.value == 60)
  }

  @Test func g8_aFailingRuleStopsNobodyAndChangesNothing() async throws {
    world.answer("up == 0", [down])
    let group = make(group(downRule, RuleDefinition(.record("a"), expression: "one")))
    await group.evaluate(at: at(15))
    world.samples.removeAll()
    world.fail("up == 0", .query("no data source"))
    world.answer("one", scalar: 1)
    await group.evaluate(at: at(30))
    let snapshot = await group.snapshot
    #expect(snapshot.rules.map(\.health) == [.err, .ok])
    #expect(snapshot.rules[0].lastError == "no data source")
    #expect(snapshot.rules[0].alerts.count == 1)
    #expect(world.samples.written.map(\.labels) == [["__name__": "a"]])
    #expect(snapshot.metrics.evaluationFailures == 1)
    #expect(
      world.events.contains(
        .evaluationFailed(
          RuleFailure(group: "r.yml;g", rule: "Down", reason: "no data source", at: at(30)))))
    world.answer("up == 0", [down])
    await group.evaluate(at: at(45))
    #expect(world.events.contains(.evaluationRecovered(group: "r.yml;g", rule: "Down", at: at(45))))
    #expect(world.sent.count == 1)
  }

  @Test func g10_vanishedSeriesEnd() async {
    let rule = RuleDefinition(.record("r"), expression: "one")
    let group = make(group(rule))
    world.answer(
      "one", [RuleSample(labels: ["a": "1"], value: 1), RuleSample(labels: ["a": "2"], value: 2)])
    await group.evaluate(at: at(15))
    world.answer("one", [RuleSample(labels: ["a": "2"], value: 2)])
    world.samples.removeAll()
    await group.evaluate(at: at(30))
    let stale = world.samples.written.filter(\.isStale)
    #expect(stale.map(\.labels) == [["__name__": "r", "a": "1"]])
    world.samples.removeAll()
    await group.evaluate(at: at(45))
    #expect(world.samples.written.allSatisfy { !$0.isStale })
  }

  @Test func g10_seriesEndLaterIfTheStoreFailed() async {
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    world.answer("one", [RuleSample(labels: ["a": "1"], value: 1)])
    await group.evaluate(at: at(15))
    world.answer("one", [])
    world.samples.fail(with: .notWritable("disk full"))
    await group.evaluate(at: at(30))
    #expect(await group.snapshot.rules[0].lastError == "disk full")
    world.samples.fail(with: nil)
    world.samples.removeAll()
    await group.evaluate(at: at(45))
    #expect(world.samples.written.map(\.isStale) == [true])
  }

  @Test func g11_refusedSamplesAreAnErrorOfTheRule() async {
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    world.answer("one", scalar: 1)
    world.samples.refuse(1)
    await group.evaluate(at: at(15))
    #expect(await group.snapshot.rules[0].health == .err)
  }

  @Test func g12_scalarsBecomeASampleAndMatricesAnError() async {
    world.answer("one", scalar: 7)
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    await group.evaluate(at: at(15))
    #expect(world.samples.written.map(\.value) == [7])
    #expect(throws: RuleError.resultType) { try RuleQueryResult.unusable.samples() }
    #expect("\(RuleError.resultType)" == "rule result is not a vector or scalar")
  }

  @Test func seriesNumbersThatTheStoreForgotAreAskedForAgain() async {
    world.answer("one", scalar: 7)
    let group = make(group(RuleDefinition(.record("r"), expression: "one")))
    await group.evaluate(at: at(15))
    world.samples.forgetNumbers()
    await group.evaluate(at: at(30))
    #expect(world.samples.written.map(\.at) == [at(15), at(30)])
  }

  @Test func a9_alertsAreSeriesAndTheOldStateEnds() async {
    world.answer("up == 0", [down])
    let rule = RuleDefinition(.alert("Down"), expression: "up == 0", hold: .seconds(15))
    let group = make(group(rule))
    await group.evaluate(at: at(15))
    let pending: Labels = [
      "__name__": "ALERTS", "alertname": "Down", "alertstate": "pending", "job": "node",
    ]
    #expect(world.samples.written.contains { $0.labels == pending && $0.value == 1 })
    world.samples.removeAll()
    await group.evaluate(at: at(30))
    #expect(world.samples.written.contains { $0.labels == pending && $0.isStale })
    #expect(
      world.samples.written.contains {
        $0.labels == pending.setting("alertstate", "firing") && $0.value == 1
      })
    #expect(world.changes == ["inactive>pending", "pending>firing"])
    world.answer("up == 0", [])
    world.samples.removeAll()
    await group.evaluate(at: at(45))
    #expect(world.samples.written.count == 2 && world.samples.written.allSatisfy { $0.isStale })
    #expect(world.changes.last == "firing>inactive")
  }

  @Test func n2_timesOfSentAlerts() async {
    world.answer("up == 0", [down])
    var settings = RuleSettings()
    settings.externalLabels = ["cluster": "eu", "job": "other"]
    settings.externalURL = "http://tocsin:9931"
    let group = RuleGroup(group(downRule), services: world.services, settings: settings)
    await group.evaluate(at: at(15))
    world.answer("up == 0", [])
    await group.evaluate(at: at(30))
    #expect(world.sent.map(\.startsAt) == [at(15), at(15)])
    #expect(world.sent.map(\.endsAt) == [at(15 + 240), at(30)])
    #expect(world.sent[0].labels == ["alertname": "Down", "cluster": "eu", "job": "node"])
    #expect(world.sent[0].generatorURL == "http://tocsin:9931/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
  }

  @Test func aFullDiskKeepsNobodyFromBeingTold() async {
    world.answer("up == 0", [down])
    world.store.refuseWrites(true)
    let group = make(group(downRule))
    await group.evaluate(at: at(15))
    #expect(world.sent.count == 1)
    #expect(await group.snapshot.rules[0].lastError?.contains("disk full") == true)
  }

  @Test func q5_endedAlertsAreNotShown() async {
    world.answer("up == 0", [down])
    let group = make(group(downRule))
    #expect(await group.snapshot.rules[0].state == nil)
    await group.evaluate(at: at(15))
    #expect(await group.snapshot.rules[0].alerts.map(\.labels) == [downAlert])
    #expect(await group.snapshot.rules[0].state == .firing)
    world.answer("up == 0", [])
    await group.evaluate(at: at(30))
    #expect(await group.snapshot.rules[0].alerts.isEmpty)
    #expect(await group.snapshot.rules[0].state == .inactive)
  }

  @Test func g9_aPassedLimitAlsoClearsTheDisk() async {
    world.answer("up == 0", [down])
    let group = make(group(downRule, limit: 1))
    await group.evaluate(at: at(15))
    #expect(world.store.count(.alertStates) == 1)
    world.answer("up == 0", [down, RuleSample(labels: ["job": "b"], value: 0)])
    await group.evaluate(at: at(30))
    #expect(world.store.count(.alertStates) == 0)
    #expect(await group.snapshot.rules[0].lastError == "exceeded limit of 1 with 2 alerts")
  }
}
