/// The choice among a name's addresses for a probe: one address, one attempt.
package struct IPPreference: Hashable, Sendable {
  /// The version of the Internet protocol.
  package enum Version: String, Sendable {
    case ip4
    case ip6
  }

  /// The preferred version if the name has addresses of both.
  package var preferred = Version.ip6
  /// Whether the other version is used if the name has no address of the preferred one.
  package var fallsBack = true

  package init(preferred: Version = .ip6, fallsBack: Bool = true) {
    self.preferred = preferred
    self.fallsBack = fallsBack
  }

  /// The address to connect to; nil if none is allowed.
  func choose(from addresses: [IPAddress]) -> IPAddress? {
    let version = preferred == .ip4 ? 4 : 6
    if let first = addresses.first(where: { $0.version == version }) { return first }
    return fallsBack ? addresses.first : nil
  }
}
