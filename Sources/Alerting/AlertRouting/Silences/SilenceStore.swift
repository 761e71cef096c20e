package import MetricModel

/// All silences. A pure value: it gets the time and gives back what has to be written.
package struct SilenceStore: Sendable {
  /// How long expired silences are stored: 5 days, as in Alertmanager.
  package static let retention: Duration = .seconds(120 * 3600)
  /// The most silences, expired ones included.
  package static let limit = 10_000

  private var silences: [String: Silence] = [:]

  /// A store without silences.
  package init() {}

  /// What setting or ending a silence changed.
  package struct Change: Sendable, Equatable {
    /// The silence that was made, changed or ended.
    package let silence: Silence
    /// The silences to store: this one, and the old one if it had to end for it.
    package let written: [Silence]
  }

  /// Makes a silence, or changes one if it has an id. `makeID` gives the id of a new one.
  ///
  /// A change that would rewrite the past, or other matchers, end the old silence and make a new
  /// one, as in Alertmanager.
  ///
  /// - Throws: ``SilenceError/invalid(_:)``, ``SilenceError/unknown(id:)`` or
  ///   ``SilenceError/limitReached(_:)``.
  package mutating func set(
    _ wanted: Silence, at now: Timestamp, makeID: () -> String
  ) throws(SilenceError) -> Change {
    try Self.check(wanted, at: now)
    var new = wanted
    new.updatedAt = now
    guard !wanted.id.isEmpty else { return try add(new, at: now, ending: [], makeID: makeID) }
    guard let old = silences[wanted.id] else { throw .unknown(id: wanted.id) }
    if Self.canChange(old, into: wanted, at: now) {
      if old.state(at: now) == .active { new.startsAt = old.startsAt }
      silences[new.id] = new
      return Change(silence: new, written: [new])
    }
    var ended: [Silence] = []
    if old.state(at: now) != .expired {
      ended = [Self.ended(old, at: now)]
    }
    return try add(new, at: now, ending: ended, makeID: makeID)
  }

  /// Ends a silence; one that has ended stays as it is.
  ///
  /// - Throws: ``SilenceError/unknown(id:)``.
  package mutating func expire(_ id: String, at now: Timestamp) throws(SilenceError) -> Change {
    guard let old = silences[id] else { throw .unknown(id: id) }
    guard old.state(at: now) != .expired else { return Change(silence: old, written: []) }
    let ended = Self.ended(old, at: now)
    silences[id] = ended
    return Change(silence: ended, written: [ended])
  }

  /// One silence.
  package subscript(id: String) -> Silence? { silences[id] }

  /// All silences: active ones by their end, pending ones by their start, expired ones by their
  /// end, last first.
  package func list(at now: Timestamp) -> [Silence] {
    func rank(_ silence: Silence) -> (Int, Int64) {
      switch silence.state(at: now) {
      case .active: (0, silence.endsAt.rawValue)
      case .pending: (1, silence.startsAt.rawValue)
      case .expired: (2, -silence.endsAt.rawValue)
      }
    }
    return silences.values.sorted {
      let (left, right) = (rank($0), rank($1))
      return left == right ? $0.id < $1.id : left < right
    }
  }

  /// Whether any silence matches an alert at an instant.
  ///
  /// - Complexity: O(silences).
  package func isSilenced(_ labels: Labels, at now: Timestamp) -> Bool {
    silences.values.contains { $0.state(at: now) == .active && $0.matches(labels) }
  }

  /// The ids of the silences that match an alert at an instant, sorted.
  package func silencing(_ labels: Labels, at now: Timestamp) -> [String] {
    silences.values.filter { $0.state(at: now) == .active && $0.matches(labels) }.map(\.id).sorted()
  }

  /// Removes silences that ended long ago; returns their ids.
  mutating func removeOld(at now: Timestamp) -> [String] {
    let old = silences.values.filter {
      $0.endsAt.duration(to: now) > Self.retention
    }.map(\.id)
    for id in old { silences[id] = nil }
    return old
  }

  /// Takes in a silence as it was stored.
  mutating func restore(_ silence: Silence) { silences[silence.id] = silence }

  private mutating func add(
    _ silence: Silence, at now: Timestamp, ending ended: [Silence], makeID: () -> String
  ) throws(SilenceError) -> Change {
    guard silences.count < Self.limit else { throw .limitReached(Self.limit) }
    for old in ended { silences[old.id] = old }
    var new = silence
    new.id = makeID()
    new.startsAt = max(new.startsAt, now)
    silences[new.id] = new
    return Change(silence: new, written: ended + [new])
  }

  /// Whether a change preserves the id: same matchers, and nothing of the past is rewritten.
  private static func canChange(_ old: Silence, into new: Silence, at now: Timestamp) -> Bool {
    guard Set(old.matchers) == Set(new.matchers) else { return false }
    switch old.state(at: now) {
    case .active:
      return old.startsAt.rawValue / 1000 == new.startsAt.rawValue / 1000 && new.endsAt >= now
    case .pending: return new.startsAt >= now
    case .expired: return false
    }
  }

  private static func ended(_ silence: Silence, at now: Timestamp) -> Silence {
    var ended = silence
    if ended.startsAt > now { ended.startsAt = now }
    ended.endsAt = now
    ended.updatedAt = now
    return ended
  }

  private static func check(_ silence: Silence, at now: Timestamp) throws(SilenceError) {
    guard !silence.matchers.isEmpty else { throw .invalid("at least one matcher is required") }
    guard silence.matchers.allSatisfy({ !$0.name.isEmpty }) else {
      throw .invalid("a matcher has no label name")
    }
    guard silence.matchers.contains(where: { !$0.matchesEmpty }) else {
      throw .invalid("at least one matcher must not match the empty string")
    }
    guard silence.endsAt > silence.startsAt else {
      throw .invalid("the end must be after the start")
    }
    guard silence.endsAt > now else { throw .invalid("the end must not be in the past") }
  }
}
