import Configuration
package import PostgresAccess
package import RedisAccess
import TransportSecurity

/// An error in the settings of a server.
package struct ServerError: Error, CustomStringConvertible {
  /// Where the server is named: the file or the environment variable.
  package let origin: String
  /// The reason, without any secret.
  package let reason: String

  package init(origin: String, reason: String) {
    self.origin = origin
    self.reason = reason
  }

  package var description: String { "\(origin): \(reason)" }
}

extension ExporterConfiguration.Server {
  /// The settings of a Postgres connection, with the separate password filled in.
  ///
  /// Blocks while secret files are read, each for at most ``Secret/patience``.
  ///
  /// - Throws: ``ServerError``, which never contains the connection string or the password.
  package func postgresSettings() throws -> PostgresSettings {
    do {
      let settings = try PostgresSettings(parsing: connection.revealBlocking())
      return try password.map { settings.setting("password", try $0.revealBlocking()) } ?? settings
    } catch {
      throw ServerError(origin: origin, reason: "\(error)")
    }
  }

  /// The settings of a Redis connection, with the separate password filled in.
  ///
  /// - Throws: ``ServerError``, which never contains the address or the password.
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
