import MetricModel
import StorageAPI
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

  private func set(_ book: inout SilenceStore, _ silence: Silence, at now: Int64) throws -> Silence
  {
    let id = "new\(book.list(at: at(now)).count)"
    return try book.set(silence, at: at(now)) { id }.silence
  }

  @Test(
    arguments: [
      (99, .pending), (100, .active), (199, .active), (200, .expired),
    ] as [(Int64, Silence.State)])
  func s1_states(second: Int64, state: Silence.State) {
    #expect(silence().state(at: at(second)) == state)
  }

  @Test func s2_faultySilencesAreRefused() throws {
    var book = SilenceStore()
    var none = silence()
    none.matchers = []
    var empty = silence()
    empty.matchers = [try LabelMatcher("a", .matches, ".*")]
    for faulty in [none, empty, silence(from: 200, until: 200), silence(from: 10, until: 50)] {
      #expect(throws: SilenceError.self) { try set(&book, faulty, at: 100) }
    }
    #expect(book.list(at: at(100)).isEmpty)
  }

  @Test func s3_aStartInThePastBecomesNow() throws {
    var book = SilenceStore()
    let made = try set(&book, silence(from: 10), at: 100)
    #expect(made.startsAt == at(100) && made.id == "new0" && made.updatedAt == at(100))
  }

  @Test func s4_changesThatRewriteNothingKeepTheId() throws {
    var book = SilenceStore()
    let made = try set(&book, silence(), at: 100)
    var longer = made
    longer.endsAt = at(500)
    #expect(try set(&book, longer, at: 150).id == made.id)
    #expect(book[made.id]?.endsAt == at(500))
  }

  @Test func s4_otherChangesEndTheOldOne() throws {
    var book = SilenceStore()
    let made = try set(&book, silence(), at: 100)
    var other = made
    other.matchers = [LabelMatcher("a", equals: "c")]
    let replaced = try set(&book, other, at: 150)
    #expect(replaced.id != made.id)
    #expect(book[made.id]?.state(at: at(150)) == .expired)
    #expect(book.silencing(["a": "c"], at: at(150)) == [replaced.id])
    #expect(!book.isSilenced(["a": "b"], at: at(150)))
    #expect(throws: SilenceError.unknown(id: "x")) { try set(&book, silence(id: "x"), at: 150) }
  }

  @Test func s5_endingAndForgetting() throws {
    var book = SilenceStore()
    let active = try set(&book, silence(), at: 100)
    let pending = try set(&book, silence(from: 1000, until: 2000), at: 100)
    #expect(try book.expire(active.id, at: at(120)).silence.endsAt == at(120))
    let ended = try book.expire(pending.id, at: at(120)).silence
    #expect(ended.startsAt == at(120) && ended.endsAt == at(120))
    #expect(throws: SilenceError.self) { try book.expire("x", at: at(120)) }
    #expect(try book.expire(active.id, at: at(130)).written.isEmpty)
    #expect(book.removeOld(at: at(120 + 120 * 3600)).isEmpty)
    #expect(book.removeOld(at: at(121 + 120 * 3600)).count == 2)
  }

  @Test func am7_theOrderOfTheList() throws {
    var book = SilenceStore()
    for (id, start, end) in [
      ("late", 100, 900), ("soon", 100, 300), ("next", 500, 600), ("then", 700, 800),
    ] as [(String, Int64, Int64)] {
      book.restore(silence(id: id, from: start, until: end))
    }
    book.restore(silence(id: "gone", from: 0, until: 10))
    book.restore(silence(id: "going", from: 0, until: 20))
    #expect(
      book.list(at: at(200)).map(\.id) == ["soon", "late", "next", "then", "going", "gone"])
  }

  @Test func s6_silencesSurviveARestart() async throws {
    let world = try await World(.oneWebhook())
    let id = try await world.router.setSilence(silence(from: 0, until: 9000))
    world.store.kill()
    try await world.boot()
    let restored = try #require(await world.router.silence(id))
    #expect(restored.matchers == [LabelMatcher("a", equals: "b")] && restored.comment == "because")
    world.store.refuseWrites(true)
    await #expect(throws: SilenceError.self) { try await world.router.expireSilence(id) }
    #expect(await world.router.silence(id)?.endsAt == at(9000))
  }
}
