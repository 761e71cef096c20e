import YAMLDecoding
package import Configuration
package import PostgresCollectors

/// What the configuration says of all Postgres servers together.
package struct PostgresOptions: Sendable, Equatable {
  /// Credentials that `/probe?auth_module=` may name.
  package struct AuthModule: Sendable, Equatable {
    /// The name in the request.
    package var name: String
    /// The role to log in as.
    package var user: String
    /// Its password.
    package var password: Secret

    package init(name: String, user: String, password: Secret) {
      self.name = name
      self.user = user
      self.password = password
    }
  }

  /// Which databases are looked at besides the connected one.
  package var databases = DatabaseFilter()
  /// The generations of names that are shown.
  package var generations = NameGeneration.shownByDefault
  /// How often slow queries run.
  package var slowInterval: Duration?
  /// How often the tables of other databases are looked at.
  package var databaseInterval: Duration?
  /// Credentials of probes.
  package var authModules: [AuthModule] = []
  /// Backup files to look for.
  package var backups: [BackupSource] = []

  /// The keys of `postgres:` that ``read(_:directory:)`` reads.
  static let keys = [
    "databases", "compat", "slow_interval", "database_interval", "auth_modules", "backups",
  ]

  /// Reads the part of the mapping `postgres` that is about all servers.
  static func read(_ mapping: ConfigMapping, directory: String) -> PostgresOptions {
    var options = PostgresOptions()
    if let databases = mapping.mapping("databases") {
      options.databases = DatabaseFilter(
        include: databases.strings("include"), exclude: databases.strings("exclude"))
      databases.finish()
    }
    if mapping.contains("compat") {
      let names = mapping.strings("compat")
      options.generations = Set(names.compactMap { NameGeneration(rawValue: $0) })
      for name in names where NameGeneration(rawValue: name) == nil {
        let known = NameGeneration.allCases.map(\.rawValue).joined(separator: ", ")
        mapping.report("compat cannot be \"\(name)\"; use \(known)", key: "compat")
      }
    }
    options.slowInterval = interval("slow_interval", mapping)
    options.databaseInterval = interval("database_interval", mapping)
    options.authModules = mapping.mappings("auth_modules", context: "an auth module").compactMap {
      entry in
      let name = entry.requiredString("name")
      let user = entry.requiredString("user")
      let password = entry.secret("password", directory: directory)
      if password == nil {
        entry.missing("password", fix: "give password or password_file")
      }
      entry.finish()
      guard let name, let user, let password else { return nil }
      return AuthModule(name: name, user: user, password: password)
    }
    options.backups = mapping.mappings("backups", context: "a set of backups").compactMap { entry in
      let name = entry.requiredString("name")
      let files = entry.requiredString("files")
      let decompress = entry.bool("decompress") ?? true
      entry.finish()
      guard let name, let files else { return nil }
      return BackupSource(
        name: name, pattern: ConfigPath.resolve(files, in: directory), decompress: decompress)
    }
    return options
  }

  private static func interval(_ key: String, _ mapping: ConfigMapping) -> Duration? {
    guard let interval = mapping.duration(key) else { return nil }
    if interval < .seconds(5) { mapping.report("\(key) must be 5s or more", key: key) }
    return interval
  }
}
