import CollectorCore
import ExporterConfiguration
import PostgresCollectors
import SystemCollectors

/// The collectors that the configuration turns on and off. Those of Postgres have the prefix
/// `postgres.`.
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

  /// All valid names.
  static var names: [String] {
    SystemCollectors.all.map(\.name) + ["process"]
      + PostgresCollectors.names.map { postgresPrefix + $0 }
  }

  /// Checks that all names exist.
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

/// A name that is not a collector.
struct UnknownCollector: Error, CustomStringConvertible {
  let name: String

  var description: String {
    "collectors: there is no collector \"\(name)\"; there are "
      + CollectorChoice.names.sorted().joined(separator: ", ")
  }
}
