import Concurrency
import Configuration
import Foundation
import MetricModel
import WebClient

/// Performs single look-ups of a discovery source.
struct TargetFinder: Sendable {
  /// The maximum size of a file or an answer, in bytes.
  static let maximumBytes = 32 << 20
  /// The timeout of a look-up over the network.
  static let timeout: Duration = .seconds(30)

  let client: WebClient
  let tools: DiscoveryTools
  let nameServer: DNSLookup.Server?

  /// The result of one file, URL or name. Each fails on its own: a broken file does not affect the
  /// others.
  struct Part: Sendable {
    let name: String
    let outcome: Result<[TargetGroup], any Error>

    init(_ name: String, _ find: () async throws -> [TargetGroup]) async {
      self.name = name
      do {
        outcome = .success(try await find())
      } catch {
        outcome = .failure(error)
      }
    }
  }

  /// Looks up the targets of a source, as one part per file, URL or name.
  @concurrent func find(_ source: DiscoverySource) async -> [Part] {
    var parts: [Part] = []
    switch source {
    case .files(let patterns, _):
      for file in patterns.flatMap({ tools.files($0) }) {
        parts.append(await Part(file) { try targets(in: file) })
      }
    case .http(let url, let settings, let refresh):
      parts.append(await Part(url) { try await http(url, settings, refresh) })
    case .dns(let names, let type, let port, _):
      for name in names {
        parts.append(await Part(name) { try await dns(name, type, port) })
      }
    }
    return parts
  }

  /// A value that changes when matching files appear, disappear or change.
  func signature(of patterns: [String]) -> [String] {
    patterns.flatMap { tools.files($0) }.map { file in
      let facts = try? FileManager.default.attributesOfItem(atPath: file)
      let time = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      let size = (facts?[.size] as? NSNumber)?.intValue ?? -1
      let inode = (facts?[.systemFileNumber] as? NSNumber)?.intValue ?? 0
      return "\(file) \(time) \(size) \(inode)"
    }
  }

  private func targets(in file: String) throws -> [TargetGroup] {
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    guard data.count <= Self.maximumBytes else {
      throw DiscoveryError("\(file): over the limit of \(Self.maximumBytes) bytes")
    }
    let text = String(decoding: data, as: UTF8.self)
    return try tools.decode(text, file).map { $0.with(["__meta_filepath": file]) }
  }

  private func http(
    _ url: String, _ settings: HTTPClientConfiguration, _ refresh: Duration
  ) async throws -> [TargetGroup] {
    var request = WebRequest(.get, url)
    request.timeout = Self.timeout
    try await settings.apply(to: &request)
    request.headers["Accept"] = "application/json"
    request.headers["X-Prometheus-Refresh-Interval-Seconds"] = FloatFormat.string(
      refresh.seconds, style: .plain)
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
    _ name: String, _ type: DiscoverySource.RecordType, _ port: Int
  ) async throws -> [TargetGroup] {
    try await DNSLookup.records(of: name, kind: type.kind, server: nameServer)
      .map { Self.group(of: $0, name: name, port: port) }
  }

  /// The target group of one record; each record has its own meta labels.
  static func group(of record: DNSRecord, name: String, port: Int) -> TargetGroup {
    var labels: [(String, String)] = [("__meta_dns_name", name)]
    let address: String
    switch record {
    case .address(let text):
      address = text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
    case .service(let target, let port):
      // The trailing dot of the root stays in the meta label, as in Prometheus.
      labels += [
        ("__meta_dns_srv_record_target", target + "."),
        ("__meta_dns_srv_record_port", "\(port)"),
      ]
      address = "\(target):\(port)"
    case .mailExchange(let target):
      labels.append(("__meta_dns_mx_record_target", target + "."))
      address = "\(target):\(port)"
    case .nameServer(let target):
      labels.append(("__meta_dns_ns_record_target", target + "."))
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
    case .ns: .ns
    }
  }
}
