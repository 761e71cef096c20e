import AlertRules
import MetricModel
import Testing

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

/// The life of an alert: whether the expression was true at each tick of 15 s, and the expected
/// actions.
struct Life: Sendable, CustomTestStringConvertible {
  let name: String
  var hold: Int64 = 0
  var keepFiring: Int64 = 0
  /// `1` true, `0` false.
  let seen: String
  /// One letter per step: `w`ait, `f`ire, `r`esolve, `d`rop, `-` nothing.
  let actions: String

  var testDescription: String { name }
}

@Suite struct AlertStateMachineTests {
  private static let lives = [
    Life(name: "for 0 fires at once", seen: "1110", actions: "f--r"),
    Life(
      name: "a for under the interval fires at the second", hold: 10, seen: "111", actions: "wf-"
    ),
    Life(name: "for counts from the first true", hold: 30, seen: "11111", actions: "w-f--"),
    Life(name: "pending and gone is dropped", hold: 30, seen: "110", actions: "w-d"),
    Life(name: "keep_firing_for holds on", keepFiring: 30, seen: "10000", actions: "f--r-"),
    Life(name: "it comes back meanwhile", keepFiring: 30, seen: "1001000", actions: "f-----r"),
    Life(name: "the end is sent once", seen: "10000", actions: "fr---"),
    Life(name: "fires again after its end", hold: 15, seen: "11011", actions: "wfrwf"),
  ]

  @Test(arguments: lives) func livesOfAlerts(_ life: Life) {
    let policy = AlertStateMachine.Policy(
      hold: .seconds(life.hold), keepFiringFor: .seconds(life.keepFiring))
    var machine = AlertStateMachine(activeAt: at(0))
    var actions = ""
    for (step, seen) in life.seen.enumerated() {
      let action = machine.observe(active: seen == "1", at: at(Int64(step) * 15), policy: policy)
      switch action {
      case .none: actions += "-"
      case .wait: actions += "w"
      case .fire: actions += "f"
      case .resolve: actions += "r"
      case .drop: actions += "d"
      case .forget: actions += "x"
      }
    }
    #expect(actions == life.actions)
  }

  @Test func endedAlertsAreStoredForFifteenMinutes() {
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: .init())
    #expect(machine.observe(active: false, at: at(60), policy: .init()) == .resolve)
    #expect(machine.resolvedAt == at(60))
    #expect(machine.observe(active: false, at: at(60 + 900), policy: .init()) == .none)
    #expect(machine.observe(active: false, at: at(60 + 901), policy: .init()) == .forget)
  }

  @Test func keepFiringForStartsAnewAfterTheExpressionHeldAgain() {
    let policy = AlertStateMachine.Policy(keepFiringFor: .seconds(60))
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: policy)
    _ = machine.observe(active: false, at: at(15), policy: policy)
    #expect(machine.keepFiringSince == at(15))
    _ = machine.observe(active: true, at: at(30), policy: policy)
    #expect(machine.keepFiringSince == nil)
    _ = machine.observe(active: false, at: at(45), policy: policy)
    #expect(machine.observe(active: false, at: at(104), policy: policy) == .none)
    #expect(machine.observe(active: false, at: at(105), policy: policy) == .resolve)
  }

  @Test func aLongerForSetsAFiringAlertBack() {
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: .init())
    machine.markSent(at: at(0))
    let longer = AlertStateMachine.Policy(hold: .seconds(60))
    #expect(machine.observe(active: true, at: at(15), policy: longer) == .wait)
    #expect(machine.state == .pending)
    #expect(machine.firedAt == nil && machine.lastSentAt == nil && machine.activeAt == at(0))
    #expect(machine.observe(active: true, at: at(60), policy: longer) == .fire)
  }

  /// Ticks of 30 s and a resend delay of 1 min give a message every 90 s, as Prometheus does it.
  @Test(arguments: [(15, 75), (30, 90), (60, 120)] as [(Int64, Int64)])
  func resendsAtTheFirstTickStrictlyAfterTheDelay(interval: Int64, distance: Int64) {
    var machine = AlertStateMachine(activeAt: at(0))
    var sent: [Int64] = []
    for time in stride(from: Int64(0), to: 400, by: Int64.Stride(interval)) {
      _ = machine.observe(active: true, at: at(time), policy: .init())
      guard machine.needsSending(at: at(time), resendDelay: .seconds(60)) else { continue }
      machine.markSent(at: at(time))
      sent.append(time)
    }
    #expect(sent.prefix(3) == [0, distance, 2 * distance])
  }

  @Test func pendingAlertsAreNotSentAndEndsAreSentAtOnce() {
    let policy = AlertStateMachine.Policy(hold: .seconds(30))
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: policy)
    #expect(!machine.needsSending(at: at(0), resendDelay: .seconds(60)))
    _ = machine.observe(active: true, at: at(30), policy: policy)
    #expect(machine.needsSending(at: at(30), resendDelay: .seconds(60)))
    machine.markSent(at: at(30))
    _ = machine.observe(active: false, at: at(45), policy: policy)
    #expect(machine.needsSending(at: at(45), resendDelay: .seconds(60)))
  }

  @Test func aShortRestartDoesNotChangeFor() {
    let machine = AlertStateMachine(activeAt: at(0))
    #expect(machine.resumed(at: at(90), lastSeen: at(60), RestorePolicy())?.activeAt == at(0))
  }

  @Test func timeDownDoesNotCountTowardsFor() {
    let machine = AlertStateMachine(activeAt: at(0))
    let resumed = machine.resumed(at: at(660), lastSeen: at(60), RestorePolicy())
    #expect(resumed?.activeAt == at(600))
  }

  @Test func pendingAlertsBeginAnewAfterAnHourDown() {
    let machine = AlertStateMachine(activeAt: at(0))
    #expect(machine.resumed(at: at(3700), lastSeen: at(60), RestorePolicy()) == nil)
  }

  @Test func aRestoredFiringAlertMayBeMissingForOneRound() throws {
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: .init())
    var resumed = try #require(machine.resumed(at: at(9000), lastSeen: at(0), RestorePolicy()))
    #expect(resumed.firedAt == at(0))
    #expect(resumed.observe(active: false, at: at(9015), policy: .init()) == .none)
    #expect(resumed.state == .firing)
    #expect(resumed.observe(active: false, at: at(9030), policy: .init()) == .resolve)
  }

  @Test func aRestoredAlertThatIsSeenAgainEndsAtOnceLater() throws {
    var machine = AlertStateMachine(activeAt: at(0))
    _ = machine.observe(active: true, at: at(0), policy: .init())
    var resumed = try #require(machine.resumed(at: at(60), lastSeen: at(0), RestorePolicy()))
    #expect(resumed.observe(active: true, at: at(75), policy: .init()) == .none)
    #expect(resumed.observe(active: false, at: at(90), policy: .init()) == .resolve)
  }
}
