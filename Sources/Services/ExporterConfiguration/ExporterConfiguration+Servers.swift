import Configuration
package import PostgresAccess
package import RedisAccess
import TransportSecurity

/// A server that is named in a way that cannot be used.
package struct ServerError: Error, CustomStringConvertible {
  /// Where the server was named.
  package let origin: String
  /// What is wrong, without any secret.
  package let reason: String

  package init(origin: String, reason: String) {
    self.origin = origin
    self.reason = reason
  }

  package var description: String { "\(origin): \(reason)" }
}

extension ExporterConfiguration.Server {
  /// The connection string with the password from its own place; errors never show either.
  ///
  /// Blocks while secret files are read, each for ``Secret/patience`` at most.
  package func postgresSettings() throws -> PostgresSettings {
    do {
      let settings = try PostgresSettings(parsing: connection.revealBlocking())
      return try password.map { settings.setting("password", try $0.revealBlocking()) } ?? settings
    } catch {
      throw ServerError(origin: origin, reason: "\(error)")
    }
  }

  /// The address of a Redis server with the password from its own place; errors never show either.
  package func redisSettings() throws -> RedisSettings {
    do {
      var settings = try RedisSettings(parsing: connection.revealBlocking())
      if let password { settings.password = try password.revealBlocking() }
      if let tls {
        guard settings.tls != nil else {
          throw ServerError(
            origin: origin, reason: "tls_config has no effect on redis://; write rediss://")
        }
        settings.tls = tls
      }
      return settings
    } catch let error as ServerError {
      throw error
    } catch {
      throw ServerError(origin: origin, reason: "\(error)")
    }
  }
}
