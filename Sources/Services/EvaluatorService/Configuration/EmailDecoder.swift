import AlertRouting
import YAMLDecoding
import MetricModel

/// Decodes `email_configs` (E1).
struct EmailDecoder {
  let directory: String
  let checker: TemplateChecker

  func decode(_ mapping: ConfigMapping) -> EmailSettings {
    var settings = EmailSettings()
    _ = mapping.requiredString("to")
    settings.to = mapping.template("to", checker) ?? ""
    settings.from = mapping.template("from", checker).flatMap { $0.isEmpty ? nil : $0 }
    settings.smarthost = mapping.hostPort("smarthost")
    settings.hello = mapping.filled("hello")
    settings.authUsername = mapping.filled("auth_username")
    settings.authPassword = mapping.routingSecret("auth_password", directory: directory)
    settings.authIdentity = mapping.filled("auth_identity")
    settings.authSecret = mapping.routingSecret("auth_secret", directory: directory)
    settings.requireTLS = mapping.bool("require_tls")
    settings.forceImplicitTLS = mapping.bool("force_implicit_tls")
    settings.tls = mapping.tlsSettings("tls_config", directory: directory)
    if let html = mapping.template("html", checker) { settings.html = html }
    if let text = mapping.template("text", checker) { settings.text = text }
    settings.headers = headers(mapping)
    settings.threading = threading(mapping)
    return settings
  }

  /// E3: names are unique without regard to case.
  private func headers(_ mapping: ConfigMapping) -> [String: String] {
    var headers: [String: String] = [:]
    var seen: Set<String> = []
    for pair in mapping.stringPairs("headers") {
      if !seen.insert(pair.key.lowercased()).inserted {
        mapping.diagnostics.report(
          mapping.source.error(
            "header \"\(pair.key)\" is given twice", at: pair.position,
            mend: "names of headers do not differ by case"))
      }
      checker.check(pair.text, at: pair.node, what: "header \"\(pair.key)\"")
      headers[pair.key] = pair.text
    }
    return headers
  }

  /// E5
  private func threading(_ mapping: ConfigMapping) -> EmailThreading {
    guard let mapping = mapping.mapping("threading") else { return .none }
    let isEnabled = mapping.bool("enabled") ?? false
    let scope = mapping.choice("thread_by_date", of: ThreadScope.self) ?? .daily
    mapping.finish()
    guard isEnabled else { return .none }
    return scope == .daily ? .daily : .byGroup
  }

  private enum ThreadScope: String, CaseIterable {
    case daily, none
  }
}
