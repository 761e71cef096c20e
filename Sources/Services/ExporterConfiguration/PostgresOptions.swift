import YAMLDecoding
package import Configuration
package import PostgresCollectors

/// The settings that all Postgres servers share.
package struct PostgresOptions: Sendable, Equatable {
  /// Credentials that a request can select by `/probe?auth_module=`.
  package struct AuthModule: Sendable, Equatable {
    /// The name in the request.
    package var name: String
    /// The role to log in as.
    package var user: String
    /// The password of the role.
    package var password: Secret

    package init(name: String, user: String, password: Secret) {
      self.name = name
      self.user = user
      self.password = password
    }
  }

  /// The databases to examine besides the connected one.
  package var databases = DatabaseFilter()
  /// The generations of metric names that are exposed.
  package var generations = NameGeneration.shownByDefault
  /// The time between two runs of slow queries.
  package var slowInterval: Duration?
  /// The time between two examinations of the tables of other databases.
  package var databaseInterval: Duration?
  /// Credentials of probes.
  package var authModules: [AuthModule] = []
  /// The backup files to look for.
  package var backups: [BackupSource] = []

  /// The keys of `postgres:` that ``read(_:directory:)`` reads.
  static let keys = [
    "databases", "compat", "slow_interval", "database_interval", "auth_modules", "backups",
  ]

  /// Decodes the keys of `postgres` that concern all servers.
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
