import BlockingCalls
import Foundation
import MetricModel
import WebClient

/// Does one look-up.
struct TargetFinder: Sendable {
  /// The most bytes of a file or an answer.
  static let maximumBytes = 32 << 20
  /// How long a look-up over the network may take.
  static let timeout: Duration = .seconds(30)

  let client: WebClient
  let tools: DiscoveryTools

  /// The targets that a source names now, in groups.
  @concurrent func find(_ source: DiscoverySource) async throws -> [TargetGroup] {
    switch source {
    case .files(let patterns, _): try files(patterns)
    case .http(let url, let settings, _): try await http(url, settings)
    case .dns(let names, let type, let port, _): try await dns(names, type, port)
    }
  }

  /// Something that changes when files come, go or change.
  func signature(of patterns: [String]) -> [String] {
    patterns.flatMap { tools.files($0) }.map { file in
      let facts = try? FileManager.default.attributesOfItem(atPath: file)
      let time = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      let size = (facts?[.size] as? NSNumber)?.intValue ?? -1
      let inode = (facts?[.systemFileNumber] as? NSNumber)?.intValue ?? 0
      return "\(file) \(time) \(size) \(inode)"
    }
  }

  private func files(_ patterns: [String]) throws -> [TargetGroup] {
    var groups: [TargetGroup] = []
    for file in patterns.flatMap({ tools.files($0) }) {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      guard data.count <= Self.maximumBytes else {
        throw DiscoveryError("\(file): over the limit of \(Self.maximumBytes) bytes")
      }
      let text = String(decoding: data, as: UTF8.self)
      groups += try tools.decode(text, file).map { $0.with(["__meta_filepath": file]) }
    }
    return groups
  }

  private func http(
    _ url: String, _ settings: ScrapeClientSettings
  ) async throws -> [TargetGroup] {
    var request = WebRequest(.get, url)
    try settings.apply(to: &request)
    request.headers["Accept"] = "application/json"
    request.headers["X-Prometheus-Refresh-Interval-Seconds"] = "60"
    request.timeout = Self.timeout
    request.maximumBodyBytes = Self.maximumBytes
    let response = try await client.send(request)
    let origin = response.effectiveOrigin
    guard response.status == 200 else {
      throw DiscoveryError("\(origin): status \(response.status)")
    }
    let type = response.headers["Content-Type"]?.lowercased() ?? ""
    guard type.hasPrefix("application/json") else {
      throw DiscoveryError("\(origin): content type \"\(type)\", not application/json")
    }
    return try tools.decode(response.text, origin).map { $0.with(["__meta_url": url]) }
  }

  private func dns(
    _ names: [String], _ type: DiscoverySource.RecordType, _ port: Int
  ) async throws -> [TargetGroup] {
    var groups: [TargetGroup] = []
    for name in names {
      let records = try await DNSLookup.records(of: name, kind: type.kind)
      groups += records.map { Self.group(of: $0, name: name, port: port) }
    }
    return groups
  }

  /// One group per record, since each has meta labels of its own.
  static func group(of record: DNSRecord, name: String, port: Int) -> TargetGroup {
    var labels: [(String, String)] = [("__meta_dns_name", name)]
    let address: String
    switch record {
    case .address(let text):
      address = text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
    case .service(let target, let port):
      // The root's dot at the end stays in the meta label, as in Prometheus.
      labels += [
        ("__meta_dns_srv_record_target", target + "."),
        ("__meta_dns_srv_record_port", "\(port)"),
      ]
      address = "\(target):\(port)"
    case .mailExchange(let target):
      labels.append(("__meta_dns_mx_record_target", target + "."))
      address = "\(target):\(port)"
    }
    return TargetGroup(addresses: [address], labels: Labels(labels))
  }
}

extension TargetGroup {
  fileprivate func with(_ labels: Labels) -> TargetGroup {
    TargetGroup(addresses: addresses, labels: self.labels.merging(labels))
  }
}

extension DiscoverySource.RecordType {
  fileprivate var kind: DNSRecord.Kind {
    switch self {
    case .a: .a
    case .aaaa: .aaaa
    case .srv: .srv
    case .mx: .mx
    }
  }
}
