package import RedisAccess
import Synchronization

/// One monitored Redis server: its persistent session, and its state.
package final class RedisServer: Sendable {
  /// The value of a `server` label.
  package let label: String
  /// The connection settings.
  package let settings: RedisSettings

  let session: RedisSession
  private let lastLook = Mutex<Look?>(nil)

  private struct Look {
    let at: ContinuousClock.Instant
    let health: RedisHealth
  }

  /// Makes a server; nothing is connected yet. `label` replaces the usual `host:port`.
  package init(_ settings: RedisSettings, label: String? = nil) {
    self.settings = settings
    self.label = label ?? settings.serverLabel
    session = RedisSession(settings, name: "redis \(self.label)")
  }

  /// Requests everything that INFO contains: the proof that the server is up.
  package func info(
    deadline: ContinuousClock.Instant
  ) async throws(RedisError) -> RedisInfo {
    do throws(RedisError) {
      let info = RedisInfo(parsing: try await infoText(deadline))
      note(RedisHealth(isUp: true, version: info["redis_version"], reason: nil, message: nil))
      return info
    } catch {
      note(RedisHealth(error))
      throw error
    }
  }

  private func infoText(_ deadline: ContinuousClock.Instant) async throws(RedisError) -> [UInt8] {
    do throws(RedisError) {
      return try await session.command(["INFO", "ALL"], deadline: deadline).bytes ?? []
    } catch  where error.reason == .command {
      // A proxy or a fork that does not support sections.
      return try await session.command(["INFO"], deadline: deadline).bytes ?? []
    }
  }

  private func note(_ health: RedisHealth) {
    lastLook.withLock { $0 = Look(at: .now, health: health) }
  }

  /// The server's health for a health page: from the last check, or from a new one if that was more
  /// than `age` ago.
  package func health(
    within budget: Duration = .seconds(2), age: Duration = .seconds(15)
  ) async -> RedisHealth {
    let known = lastLook.withLock { $0 }
    if let known, known.at.duration(to: .now) <= age { return known.health }
    _ = try? await info(deadline: .now + budget)
    return lastLook.withLock { $0?.health } ?? RedisHealth(isUp: false)
  }
}

/// A server's health, for a health page.
package struct RedisHealth: Sendable, Equatable {
  /// Whether the server answered.
  package let isUp: Bool
  /// Its version, while it is up.
  package let version: String?
  /// Why it is down, a word of `RedisError.Reason`; nil while it is up.
  package let reason: String?
  /// The error in full, without secrets; nil while it is up.
  package let message: String?

  init(isUp: Bool, version: String? = nil, reason: String? = nil, message: String? = nil) {
    self.isUp = isUp
    self.version = version
    self.reason = reason
    self.message = message
  }

  init(_ error: RedisError) {
    self.init(isUp: false, reason: error.reason.rawValue, message: error.message)
  }
}
