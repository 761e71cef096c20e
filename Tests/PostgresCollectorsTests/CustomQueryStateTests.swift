import PostgresCollectors
import Testing

private func query(ttl: Duration) -> CustomQuery {
  var query = CustomQuery(name: "q", sql: "SELECT 1")
  query.ttl = ttl
  return query
}

@Test func anAnswerIsReusedForItsTime() {
  let cached = query(ttl: .seconds(60))
  var state = CustomQueryState()
  #expect(state.isDue(cached, now: .zero))
  state.note(.answered(CustomAnswer(), took: .seconds(1)), at: .seconds(11))
  #expect(state.shown(cached, now: .seconds(15))?.age == .seconds(5))
  #expect(!state.isDue(cached, now: .seconds(69)))
  #expect(state.isDue(cached, now: .seconds(70)))
  #expect(state.isDue(query(ttl: .zero), now: .seconds(11)))
}

@Test func aFailureShowsTheOldAnswerForAWhileOnlyWithATime() {
  for (ttl, isShown) in [(Duration.zero, false), (.seconds(60), true)] {
    var state = CustomQueryState()
    state.note(.answered(CustomAnswer(), took: .zero), at: .zero)
    state.note(.failed(reason: "statement", message: "m", took: .zero), at: .seconds(61))
    #expect((state.shown(query(ttl: ttl), now: .seconds(62)) != nil) == isShown)
    #expect(state.isDue(query(ttl: ttl), now: .seconds(62)), "a plain error is tried again")
    #expect(state.shown(query(ttl: ttl), now: .seconds(181)) == nil)
    #expect(state.failures == ["statement": 1])
  }
}

@Test func overrunningQueriesPauseLongerEachTime() {
  var state = CustomQueryState()
  var now = Duration.zero
  for pause in [10, 20, 40, 80, 160, 300, 300] {
    state.note(.failed(reason: "canceled", message: "m", took: .seconds(5)), at: now)
    #expect(!state.isDue(query(ttl: .zero), now: now + .seconds(pause - 1)))
    now += .seconds(pause)
    #expect(state.isDue(query(ttl: .zero), now: now))
  }
  state.note(.answered(CustomAnswer(), took: .zero), at: now)
  state.note(.failed(reason: "timeout", message: "m", took: .zero), at: now)
  #expect(state.isDue(query(ttl: .zero), now: now + .seconds(10)))
}

@Test func queriesForOtherServersShowNothing() {
  var state = CustomQueryState()
  state.note(.answered(CustomAnswer(), took: .zero), at: .zero)
  state.note(.skipped("the server is a standby"), at: .seconds(1))
  #expect(state.isGood == nil && state.shown(query(ttl: .zero), now: .seconds(1)) == nil)
}
