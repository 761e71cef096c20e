import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import AlertRouting

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

@Suite struct SilenceStoreTests {
  private func silence(
    id: String = "", _ value: String = "b", from start: Int64 = 100, until end: Int64 = 200
  ) -> Silence {
    Silence(
      id: id, matchers: [LabelMatcher("a", equals: value)], startsAt: at(start), endsAt: at(end),
      createdBy: "me", comment: "because")
  }

  private func set(_ silences: inout SilenceStore, _ silence: Silence, at now: Int64) throws
    -> Silence
  {
    let id = "new\(silences.list(at: at(now)).count)"
    return try silences.set(silence, at: at(now)) { id }.silence
  }

  @Test(
    arguments: [
      (99, .pending), (100, .active), (199, .active), (200, .expired),
    ] as [(Int64, Silence.State)])
  func states(second: Int64, state: Silence.State) {
    #expect(silence().state(at: at(second)) == state)
  }

  @Test func faultySilencesAreRefused() throws {
    var silences = SilenceStore()
    var none = silence()
    none.matchers = []
    var empty = silence()
    empty.matchers = [try LabelMatcher("a", .matches, ".*")]
    for faulty in [none, empty, silence(from: 200, until: 200), silence(from: 10, until: 50)] {
      #expect(throws: SilenceError.self) { try set(&silences, faulty, at: 100) }
    }
    #expect(silences.list(at: at(100)).isEmpty)
  }

  @Test func aStartInThePastBecomesNow() throws {
    var silences = SilenceStore()
    let made = try set(&silences, silence(from: 10), at: 100)
    #expect(made.startsAt == at(100) && made.id == "new0" && made.updatedAt == at(100))
  }

  @Test func changesOfTheFuturePreserveTheId() throws {
    var silences = SilenceStore()
    let made = try set(&silences, silence(), at: 100)
    var longer = made
    longer.endsAt = at(500)
    #expect(try set(&silences, longer, at: 150).id == made.id)
    #expect(silences[made.id]?.endsAt == at(500))
  }

  @Test func otherChangesEndTheOldOne() throws {
    var silences = SilenceStore()
    let made = try set(&silences, silence(), at: 100)
    var other = made
    other.matchers = [LabelMatcher("a", equals: "c")]
    let replaced = try set(&silences, other, at: 150)
    #expect(replaced.id != made.id)
    #expect(silences[made.id]?.state(at: at(150)) == .expired)
    #expect(silences.silencing(["a": "c"], at: at(150)) == [replaced.id])
    #expect(!silences.isSilenced(["a": "b"], at: at(150)))
    #expect(throws: SilenceError.unknown(id: "x")) { try set(&silences, silence(id: "x"), at: 150) }
  }

  @Test func endingAndForgetting() throws {
    var silences = SilenceStore()
    let active = try set(&silences, silence(), at: 100)
    let pending = try set(&silences, silence(from: 1000, until: 2000), at: 100)
    #expect(try silences.expire(active.id, at: at(120)).silence.endsAt == at(120))
    let ended = try silences.expire(pending.id, at: at(120)).silence
    #expect(ended.startsAt == at(120) && ended.endsAt == at(120))
    #expect(throws: SilenceError.self) { try silences.expire("x", at: at(120)) }
    #expect(try silences.expire(active.id, at: at(130)).written.isEmpty)
    #expect(silences.removeOld(at: at(120 + 120 * 3600)).isEmpty)
    #expect(silences.removeOld(at: at(121 + 120 * 3600)).count == 2)
  }

  @Test func theOrderOfTheList() throws {
    var silences = SilenceStore()
    for (id, start, end) in [
      ("late", 100, 900), ("soon", 100, 300), ("next", 500, 600), ("then", 700, 800),
    ] as [(String, Int64, Int64)] {
      silences.restore(silence(id: id, from: start, until: end))
    }
    silences.restore(silence(id: "gone", from: 0, until: 10))
    silences.restore(silence(id: "going", from: 0, until: 20))
    #expect(
      silences.list(at: at(200)).map(\.id) == ["soon", "late", "next", "then", "going", "gone"])
  }

  @Test func silencesSurviveARestart() throws {
    let fixture = RouterFixture(.oneWebhook())
    let id = try fixture.setSilence(silence(from: 0, until: 9000))
    fixture.store.crash()
    fixture.boot()
    let restored = try #require(fixture.state.silences[id])
    #expect(restored.matchers == [LabelMatcher("a", equals: "b")] && restored.comment == "because")
  }
}
