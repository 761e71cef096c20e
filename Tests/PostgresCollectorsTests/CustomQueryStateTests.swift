import PostgresCollectors
import Testing

private func query(ttl: Duration) -> CustomQuery {
  var query = CustomQuery(name: "q", sql: "SELECT 1")
  query.ttl = ttl
  return query
}

@Test func anAnswerIsKeptForItsTime() {
  let cached = query(ttl: .seconds(60))
  var standing = CustomQueryState()
  #expect(standing.isDue(cached, now: .zero))
  standing.note(.answered(CustomAnswer(), took: .seconds(1)), at: .seconds(11))
  #expect(standing.shown(cached, now: .seconds(15))?.age == .seconds(5))
  #expect(!standing.isDue(cached, now: .seconds(69)))
  #expect(standing.isDue(cached, now: .seconds(70)))
  #expect(standing.isDue(query(ttl: .zero), now: .seconds(11)))
}

@Test func aFailureShowsTheOldAnswerForAWhileOnlyWithATime() {
  for (ttl, isShown) in [(Duration.zero, false), (.seconds(60), true)] {
    var standing = CustomQueryState()
    standing.note(.answered(CustomAnswer(), took: .zero), at: .zero)
    standing.note(.failed(reason: "statement", message: "m", took: .zero), at: .seconds(61))
    #expect((standing.shown(query(ttl: ttl), now: .seconds(62)) != nil) == isShown)
    #expect(standing.isDue(query(ttl: ttl), now: .seconds(62)), "a plain error is tried again")
    #expect(standing.shown(query(ttl: ttl), now: .seconds(181)) == nil)
    #expect(standing.failures == ["statement": 1])
  }
}

@Test func whatOverrunsRestsLongerEachTime() {
  var standing = CustomQueryState()
  var now = Duration.zero
  for pause in [10, 20, 40, 80, 160, 300, 300] {
    standing.note(.failed(reason: "canceled", message: "m", took: .seconds(5)), at: now)
    #expect(!standing.isDue(query(ttl: .zero), now: now + .seconds(pause - 1)))
    now += .seconds(pause)
    #expect(standing.isDue(query(ttl: .zero), now: now))
  }
  standing.note(.answered(CustomAnswer(), took: .zero), at: now)
  standing.note(.failed(reason: "timeout", message: "m", took: .zero), at: now)
  #expect(standing.isDue(query(ttl: .zero), now: now + .seconds(10)))
}

@Test func whatIsNotForThisServerShowsNothing() {
  var standing = CustomQueryState()
  standing.note(.answered(CustomAnswer(), took: .zero), at: .zero)
  standing.note(.skipped("the server is a standby"), at: .seconds(1))
  #expect(standing.isGood == nil && standing.shown(query(ttl: .zero), now: .seconds(1)) == nil)
}
