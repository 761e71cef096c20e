import Synchronization

/// Tracks the statements that are exposed individually, and the sum of all others.
///
/// A statement enters when it was among the top twice in a row and there is capacity, and leaves
/// when it was outside five times in a row: a dashboard sees neither flicker nor an endless list of
/// names. Increments are counted, so that no counter ever decreases when the server evicts
/// statements, is reset or restarts.
final class TopStatementsTracker: Sendable {
  /// The most statements exposed individually.
  let limit: Int

  private static let entryReadings = 2
  private static let exitReadings = 5
  private let state = Mutex(State())

  private struct State {
    var members: [StatementKey: Member] = [:]
    var candidates: [StatementKey: Int] = [:]
    var texts: [Int64: String] = [:]
    var other = StatementCounts()
    var total = StatementCounts()
    var previousTotal: StatementCounts?
  }

  private struct Member {
    var shown: StatementCounts
    var previous: StatementCounts
    var times: SIMD4<Double>
    var misses = 0
  }

  init(limit: Int = 100) {
    self.limit = limit
  }

  /// The statements exposed individually now.
  var members: [StatementKey] {
    state.withLock { $0.members.keys.sorted { $0.order < $1.order } }
  }

  /// Adds a reading, the statements by rank and the sum of all, and returns what to expose.
  func take(_ reading: [StatementReading], total: StatementCounts) -> TopStatementsSnapshot {
    state.withLock { state in
      let isFirst = state.previousTotal == nil
      var grown = total.increment(since: state.previousTotal ?? StatementCounts())
      state.total.add(grown)
      var byKey: [StatementKey: StatementReading] = [:]
      for each in reading { byKey[each.key] = each }
      for (key, var member) in state.members {
        let now = byKey[key]
        if let now {
          let increment = now.counts.increment(since: member.previous)
          member.shown.add(increment)
          member.previous = now.counts
          member.times = now.times
          grown.subtract(increment)
        }
        member.misses = now.map { $0.rank <= limit } == true ? 0 : member.misses + 1
        state.members[key] = member.misses >= Self.exitReadings ? nil : member
      }
      enter(reading, isFirst: isFirst, &grown, &state)
      state.other.add(grown)
      state.previousTotal = total
      return TopStatementsSnapshot(
        members: state.members.map { ($0.key, $0.value.shown, $0.value.times) }
          .sorted { $0.key.order < $1.key.order },
        other: state.other, total: state.total)
    }
  }

  private func enter(
    _ reading: [StatementReading], isFirst: Bool, _ grown: inout StatementCounts,
    _ state: inout State
  ) {
    var candidates: [StatementKey: Int] = [:]
    for each in reading where each.rank <= limit && state.members[each.key] == nil {
      let seen = (state.candidates[each.key] ?? 0) + 1
      if isFirst || seen >= Self.entryReadings, state.members.count < limit {
        // With the first reading the counters are the server's; later ones start with the
        // increments, because the rest has been counted with the others.
        state.members[each.key] = Member(
          shown: isFirst ? each.counts : StatementCounts(), previous: each.counts,
          times: each.times)
        if isFirst { grown.subtract(each.counts) }
      } else {
        candidates[each.key] = seen
      }
    }
    state.candidates = candidates
  }

  /// The exposed statements whose text is not known yet; texts of those that left are forgotten.
  func withoutText() -> [Int64] {
    state.withLock { state in
      let ids = Set(state.members.keys.map(\.queryID))
      state.texts = state.texts.filter { ids.contains($0.key) }
      return ids.filter { state.texts[$0] == nil }.sorted()
    }
  }

  /// Stores texts and returns all that are known, by id.
  func learn(_ texts: [(Int64, String)]) -> [(id: Int64, text: String)] {
    state.withLock { state in
      for (id, text) in texts where state.texts[id] == nil { state.texts[id] = text }
      return state.texts.sorted { $0.key < $1.key }.map { (id: $0.key, text: $0.value) }
    }
  }
}

/// The identity of a statement.
struct StatementKey: Hashable, Sendable {
  let userID: Int64
  let databaseID: Int64
  let queryID: Int64
  let user: String
  let database: String

  var order: (Int64, Int64, Int64) { (queryID, databaseID, userID) }
}

/// One row of a reading; the most expensive statement has rank 1.
struct StatementReading: Sendable {
  let key: StatementKey
  let rank: Int
  let counts: StatementCounts
  /// Least, greatest and mean time of an execution, and their deviation, in seconds.
  var times: SIMD4<Double> = .zero
}

/// What to expose after a reading.
struct TopStatementsSnapshot: Sendable {
  let members: [(key: StatementKey, counts: StatementCounts, times: SIMD4<Double>)]
  let other: StatementCounts
  let total: StatementCounts
}

/// The counters of a statement in SIMD groups; times are in seconds.
struct StatementCounts: Sendable, Equatable {
  /// The columns of a reading, in the order of the counters.
  static let columns = [
    "calls", "seconds", "rows", "read_seconds", "write_seconds", "shared_blks_hit",
    "shared_blks_read", "shared_blks_dirtied", "shared_blks_written", "local_blks_hit",
    "local_blks_read", "local_blks_dirtied", "local_blks_written", "temp_blks_read",
    "temp_blks_written",
  ]

  private var values: SIMD16<Double> = .zero

  /// Makes counters with only the number of calls.
  init(calls: Double = 0) {
    values[0] = calls
  }

  var calls: Double { values[0] }

  /// The counter of a column.
  subscript(column: Int) -> Double {
    get { values[column] }
    set { values[column] = newValue }
  }

  /// The increments since an earlier reading; a counter that decreased was reset to 0.
  func increment(since earlier: StatementCounts) -> StatementCounts {
    var result = self
    result.values.replace(
      with: values - earlier.values, where: values .>= earlier.values)
    return result
  }

  mutating func add(_ other: StatementCounts) { values += other.values }

  /// Subtracts, but never below 0.
  mutating func subtract(_ other: StatementCounts) {
    values -= other.values
    values.replace(with: 0, where: values .< 0)
  }
}
