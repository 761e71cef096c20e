import YAMLDecoding
import Configuration
import MetricModel
import Scraping

extension ConfigMapping {
  /// Decodes `file_sd_configs`, `http_sd_configs` and `dns_sd_configs`, in the order in which
  /// targets are shown.
  func discoverySources(directory: String) -> [DiscoverySource] {
    mappings("file_sd_configs", context: "file_sd config").compactMap {
      $0.fileSource(directory: directory)
    }
      + mappings("http_sd_configs", context: "http_sd config").compactMap {
        $0.httpSource(directory: directory)
      } + mappings("dns_sd_configs", context: "dns_sd config").compactMap { $0.dnsSource() }
  }

  private func fileSource(directory: String) -> DiscoverySource? {
    let refresh = interval("refresh_interval") ?? .minutes(5)
    let nodes = textNodes("files")
    let files = nodes.compactMap { text, node -> String? in
      let isKnown = [".json", ".yml", ".yaml"].contains { text.hasSuffix($0) }
      // As in Prometheus: a star only in the last component, and an extension that says how to read
      // the file.
      let folders = text.split(separator: "/").dropLast()
      guard isKnown, !folders.contains(where: { $0.contains("*") }) else {
        diagnostics.report(
          node.error(
            "\"\(text)\" in file_sd config is no file of targets",
            fix: "write a path that ends in .json, .yml or .yaml, with a * only in its last part"))
        return nil
      }
      return FilePattern(text).resolved(in: directory)
    }
    if nodes.isEmpty { missing("files", fix: "name the files that list the targets") }
    finish()
    return files.isEmpty ? nil : .files(patterns: files, refresh: refresh)
  }

  private func httpSource(directory: String) -> DiscoverySource? {
    let refresh = interval("refresh_interval") ?? .minutes(1)
    let url = requiredString("url")
    let client = httpClientKeys(directory: directory)
    finish()
    guard let url else { return nil }
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      report("\"url\" in http_sd config must begin with http:// or https://", key: "url")
      return nil
    }
    return .http(url: url, client: client, refresh: refresh)
  }

  private func dnsSource() -> DiscoverySource? {
    let refresh = interval("refresh_interval") ?? .seconds(30)
    let names = strings("names")
    let type = choice("type", of: DiscoverySource.RecordType.self) ?? .srv
    let port = int("port", in: 1...65_535)
    if names.isEmpty { missing("names", fix: "name what is looked up") }
    if type != .srv, port == nil {
      missing("port", fix: "\(type.rawValue) records know no port")
    }
    finish()
    guard !names.isEmpty, type == .srv || port != nil else { return nil }
    return .dns(names: names, type: type, port: port ?? 0, refresh: refresh)
  }

  /// Decodes `scrape_protocols`; nil if it is not given.
  func scrapeProtocols() -> [ScrapeProtocol]? {
    var result: [ScrapeProtocol] = []
    for (text, node) in textNodes("scrape_protocols") {
      guard let entry = ScrapeProtocol(rawValue: text) else {
        diagnostics.report(Self.unknownProtocol(text, node))
        continue
      }
      guard !result.contains(entry) else {
        diagnostics.report(node.error("\(text) stands twice in scrape_protocols"))
        continue
      }
      result.append(entry)
    }
    return result.isEmpty ? nil : result
  }

  /// Decodes one format; nil if none is given.
  func scrapeProtocol(_ key: String) -> ScrapeProtocol? {
    guard let text = string(key), let node = node(key) else { return nil }
    if let entry = ScrapeProtocol(rawValue: text) { return entry }
    diagnostics.report(Self.unknownProtocol(text, node))
    return nil
  }

  private static func unknownProtocol(_ text: String, _ node: ConfigNode) -> ConfigError {
    let known = ScrapeProtocol.allCases.map(\.rawValue).joined(separator: ", ")
    return node.error(
      text == "PrometheusProto"
        ? "PrometheusProto is not supported yet" : "\"\(text)\" is no scrape protocol",
      fix: "choose of \(known)")
  }

  /// Reports an error if an unsupported switch is on.
  func mustBeOff(_ key: String) {
    guard bool(key) == true else { return }
    report("\"\(key)\" in \(context) is not supported yet", key: key, fix: "remove it")
  }
}
