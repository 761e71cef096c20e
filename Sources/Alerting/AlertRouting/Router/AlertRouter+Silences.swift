import Foundation
import MetricModel
import StorageAPI

extension AlertRouter {
  /// Makes a silence, or changes the one whose id it has; returns the id (S3, S4).
  package func setSilence(_ wanted: Silence) async throws(SilenceError) -> String {
    try await changeSilences { book, now throws(SilenceError) in
      try book.set(wanted, at: now) { UUID().uuidString.lowercased() }
    }.id
  }

  /// Ends a silence (S5).
  package func expireSilence(_ id: String) async throws(SilenceError) {
    _ = try await changeSilences { book, now throws(SilenceError) in
      try book.expire(id, at: now)
    }
  }

  /// All silences, in the order of the API (AM7).
  package func allSilences() -> [Silence] { silences.list(at: services.clock.now()) }

  /// One silence.
  package func silence(_ id: String) -> Silence? { silences[id] }

  /// A silence counts when it is on disk, not before: who made it must be able to rely on it.
  private func changeSilences(
    _ change: (inout SilenceStore, Timestamp) throws(SilenceError) -> SilenceStore.Change
  ) async throws(SilenceError) -> Silence {
    await turnstile.enter()
    defer { turnstile.leave() }
    let now = services.clock.now()
    var book = silences
    let result = try change(&book, now)
    do {
      let changes = try result.written.map(StoredSilence.put)
      if !changes.isEmpty { try await services.store.apply(changes) }
    } catch {
      throw .storage("\(error)")
    }
    silences = book
    for silence in result.written { services.onEvent(.silenceChanged(silence, at: now)) }
    return result.silence
  }
}
