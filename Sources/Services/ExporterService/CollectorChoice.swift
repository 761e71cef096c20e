import CollectorCore
import ExporterConfiguration
import PostgresCollectors
import SystemCollectors

/// Which collectors the configuration turns on and off. Those of Postgres are written `postgres.NAME`.
struct CollectorChoice {
  private let enabled: Set<String>
  private let disabled: Set<String>
  private let runsDefaults: Bool
  private static let postgresPrefix = "postgres."

  init(_ configuration: ExporterConfiguration) {
    enabled = configuration.enabledCollectors
    disabled = configuration.disabledCollectors
    runsDefaults = configuration.runsDefaults
  }

  /// All names that may be written.
  static var names: [String] {
    SystemCollectors.all.map(\.name) + ["process"]
      + PostgresCollectors.names.map { postgresPrefix + $0 }
  }

  /// Throws if a name is none.
  func check() throws(UnknownCollector) {
    if let unknown = enabled.union(disabled).subtracting(Self.names).min() {
      throw UnknownCollector(name: unknown)
    }
  }

  func isOn(_ name: String, byDefault: Bool) -> Bool {
    enabled.contains(name) || (byDefault && runsDefaults && !disabled.contains(name))
  }

  /// The names of Postgres collectors among these, without the prefix.
  func postgres(_ names: Set<String>) -> Set<String> {
    Set(
      names.filter { $0.hasPrefix(Self.postgresPrefix) }
        .map { String($0.dropFirst(Self.postgresPrefix.count)) })
  }
}

/// A name of a collector that does not exist.
struct UnknownCollector: Error, CustomStringConvertible {
  let name: String

  var description: String {
    "collectors: there is no collector \"\(name)\"; there are "
      + CollectorChoice.names.sorted().joined(separator: ", ")
  }
}
