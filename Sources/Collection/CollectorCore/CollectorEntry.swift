/// One line of a room's registry: a collector's name, whether it is on by default, and how it is made.
///
/// `Context` is whatever the room's collectors are made from, such as a file root and settings.
/// Registries are plain arrays: `static let all: [CollectorEntry<SystemContext>] = [...]`.
package struct CollectorEntry<Context: Sendable>: Sendable {
  /// Whether a collector runs when the configuration does not name it.
  package enum Default: Sendable {
    case enabledByDefault
    case disabledByDefault
  }

  /// The value of the `collector` label and the name in the configuration.
  package let name: String
  /// Whether the collector runs unless told otherwise.
  package let isEnabledByDefault: Bool
  /// Makes the collector; throws if the settings in the context do not allow it.
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
