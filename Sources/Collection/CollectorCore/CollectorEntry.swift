/// An entry of a module's registry: the name of a collector, whether it is on by default, and how
/// to make it.
///
/// `Context` is what the module's collectors are made from, such as a file root and settings.
/// Registries are plain arrays: `static let all: [CollectorEntry<SystemContext>] = [...]`.
package struct CollectorEntry<Context: Sendable>: Sendable {
  /// Whether a collector runs when the configuration does not name it.
  package enum Default: Sendable {
    case enabledByDefault
    case disabledByDefault
  }

  /// The value of the `collector` label and the name in the configuration.
  package let name: String
  /// Whether the collector runs unless configured otherwise.
  package let isEnabledByDefault: Bool
  /// Makes the collector.
  ///
  /// - Throws: If the settings in the context are not valid for it.
  package let make: @Sendable (Context) throws -> any Collector

  /// Makes an entry.
  package init(
    _ name: String, _ state: Default = .enabledByDefault,
    make: @escaping @Sendable (Context) throws -> any Collector
  ) {
    self.name = name
    isEnabledByDefault = state == .enabledByDefault
    self.make = make
  }
}
