/// Which of a name's addresses a probe connects to: one address, one attempt.
package struct IPPreference: Hashable, Sendable {
  /// The version of the Internet protocol.
  package enum Version: String, Sendable {
    case ip4
    case ip6
  }

  /// What is taken if there is a choice.
  package var preferred = Version.ip6
  /// Whether the other version will do when the name has no address of the preferred one.
  package var fallsBack = true

  package init(preferred: Version = .ip6, fallsBack: Bool = true) {
    self.preferred = preferred
    self.fallsBack = fallsBack
  }

  /// The address to connect to; nil when there is none that may be used.
  func choose(from addresses: [IPAddress]) -> IPAddress? {
    let version = preferred == .ip4 ? 4 : 6
    if let first = addresses.first(where: { $0.version == version }) { return first }
    return fallsBack ? addresses.first : nil
  }
}
