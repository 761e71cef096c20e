package import Configuration

/// A source of targets that is polled: one entry of a `*_sd_configs` list.
package enum DiscoverySource: Sendable, Hashable {
  /// `file_sd_configs`: JSON or YAML files, read again as soon as they change.
  case files(patterns: [String], refresh: Duration)
  /// `http_sd_configs`: a URL that answers with JSON.
  case http(url: String, client: HTTPClientConfiguration, refresh: Duration)
  /// `dns_sd_configs`: names and a record type; A, AAAA, MX and NS records need `port`.
  case dns(names: [String], type: RecordType, port: Int, refresh: Duration)

  /// The types of DNS records that name targets.
  package enum RecordType: String, Sendable, CaseIterable {
    case a = "A"
    case aaaa = "AAAA"
    case srv = "SRV"
    case mx = "MX"
    case ns = "NS"
  }

  /// The time between two look-ups.
  var refresh: Duration {
    switch self {
    case .files(_, let refresh), .http(_, _, let refresh), .dns(_, _, _, let refresh): refresh
    }
  }
}

/// The file access and decoding that target discovery needs from other modules.
package struct DiscoveryTools: Sendable {
  /// Returns the files that match a pattern, sorted.
  package var files: @Sendable (_ pattern: String) -> [String]
  /// Decodes groups of targets from JSON or YAML.
  package var decode: @Sendable (_ text: String, _ origin: String) throws -> [TargetGroup]

  package init(
    files: @escaping @Sendable (_ pattern: String) -> [String],
    decode: @escaping @Sendable (_ text: String, _ origin: String) throws -> [TargetGroup]
  ) {
    self.files = files
    self.decode = decode
  }

  /// Tools that find no files and decode no targets.
  package static let none = DiscoveryTools(files: { _ in [] }, decode: { _, _ in [] })
}

/// Why a look-up failed.
package struct DiscoveryError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
