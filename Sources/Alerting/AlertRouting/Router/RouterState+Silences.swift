import MetricModel
import StorageAPI

extension RouterState {
  /// A change to the silences that is decided, but does not count yet.
  struct SilenceDecision: Sendable {
    /// The silences after the change.
    let silences: SilenceStore
    /// The resulting silence.
    let silence: Silence
    /// The changes to store before the silence takes effect, and the events to report then.
    let step: RouterStep
  }

  /// Decides about a new silence, or a change to the one with the same id. It counts from
  /// ``use(_:)`` on, which is called when the changes are stored: a person who silenced something
  /// must be able to rely on it.
  func settingSilence(
    _ wanted: Silence, at now: Timestamp, makeID: () -> String
  ) throws(SilenceError) -> SilenceDecision {
    var silences = silences
    let change = try silences.set(wanted, at: now, makeID: makeID)
    return try Self.decision(change, silences, at: now)
  }

  /// Decides about ending a silence; counts from ``use(_:)`` on.
  func expiringSilence(
    _ id: String, at now: Timestamp
  ) throws(SilenceError) -> SilenceDecision {
    var silences = silences
    let change = try silences.expire(id, at: now)
    return try Self.decision(change, silences, at: now)
  }

  /// Uses the silences of a decision whose changes are stored.
  mutating func use(_ decision: SilenceDecision) { silences = decision.silences }

  private static func decision(
    _ change: SilenceStore.Change, _ silences: SilenceStore, at now: Timestamp
  ) throws(SilenceError) -> SilenceDecision {
    var step = RouterStep()
    do {
      step.changes = try change.written.map(StoredSilence.put)
    } catch {
      throw .storage("\(error)")
    }
    step.effects = change.written.map { .report(.silenceChanged($0, at: now)) }
    return SilenceDecision(silences: silences, silence: change.silence, step: step)
  }
}
