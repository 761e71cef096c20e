package import Configuration

/// Where a job's targets are looked up, again and again: an entry of one of the `*_sd_configs`.
package enum DiscoverySource: Sendable, Hashable {
  /// `file_sd_configs`: JSON or YAML files, read again at once when they change.
  case files(patterns: [String], refresh: Duration)
  /// `http_sd_configs`: a URL that answers with JSON.
  case http(url: String, client: HTTPClientConfiguration, refresh: Duration)
  /// `dns_sd_configs`: names and the type of record; A, AAAA, MX and NS records know no port.
  case dns(names: [String], type: RecordType, port: Int, refresh: Duration)

  /// The types of DNS records that name targets.
  package enum RecordType: String, Sendable, CaseIterable {
    case a = "A"
    case aaaa = "AAAA"
    case srv = "SRV"
    case mx = "MX"
    case ns = "NS"
  }

  /// How often it is looked up.
  var refresh: Duration {
    switch self {
    case .files(_, let refresh), .http(_, _, let refresh), .dns(_, _, _, let refresh): refresh
    }
  }
}

/// What discovery needs of the rooms around it.
package struct DiscoveryTools: Sendable {
  /// The files that match a pattern, sorted.
  package var files: @Sendable (_ pattern: String) -> [String]
  /// Groups of targets from JSON or YAML; throws what is wrong with the text.
  package var decode: @Sendable (_ text: String, _ origin: String) throws -> [TargetGroup]

  package init(
    files: @escaping @Sendable (_ pattern: String) -> [String],
    decode: @escaping @Sendable (_ text: String, _ origin: String) throws -> [TargetGroup]
  ) {
    self.files = files
    self.decode = decode
  }

  /// No files, and nothing that can be read.
  package static let none = DiscoveryTools(files: { _ in [] }, decode: { _, _ in [] })
}

/// Why a look-up gave no targets.
package struct DiscoveryError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
