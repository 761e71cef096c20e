import Configuration
import TransportSecurity
import YAMLDecoding

extension EmailSettings {
  /// What entries take over from `global`.
  struct Defaults: Sendable {
    /// `smtp_from`
    var from = ""
    /// The other keys that begin with `smtp_`.
    var server = MailServerSettings()
  }

  static func defaults(in global: NotifierSection) -> Defaults {
    Defaults(
      from: global.filled("smtp_from") ?? "",
      server: MailServerSettings(global, prefix: "smtp_", defaults: MailServerSettings()))
  }

  init(_ section: NotifierSection, defaults: Defaults) {
    self.init()
    _ = section.mapping.requiredString("to")
    texts = texts.map(section.text)
    if texts.from.isEmpty { texts.from = defaults.from }
    texts.headers = Self.headers(section)
    server = MailServerSettings(section, prefix: "", defaults: defaults.server)
    threading = Self.threading(section)
    section.require(
      server.smarthost != nil, "no mail server; set smarthost here, or smtp_smarthost globally")
    section.require(!texts.from.isEmpty, "no sender; set from here, or smtp_from globally")
  }

  /// Headers, of which no two may have names that differ by case only.
  private static func headers(_ section: NotifierSection) -> [EmailHeader<String>] {
    var headers: [String: String] = [:]
    var seen: Set<String> = []
    for pair in section.texts("headers", what: "header") {
      if !seen.insert(pair.key.lowercased()).inserted {
        section.mapping.diagnostics.report(
          section.mapping.source.error(
            "header \"\(pair.key)\" is given twice", at: pair.position,
            fix: "names of headers do not differ by case"))
      }
      headers[pair.key] = pair.text
    }
    return headers.map { EmailHeader(name: $0.key, text: $0.value) }
  }

  private static func threading(_ section: NotifierSection) -> EmailThreading {
    guard let section = section.section("threading") else { return .none }
    let isEnabled = section.mapping.bool("enabled") ?? false
    let scope = section.mapping.choice("thread_by_date", of: ThreadScope.self) ?? .daily
    section.finish()
    guard isEnabled else { return .none }
    return scope == .daily ? .daily : .byGroup
  }

  private enum ThreadScope: String, CaseIterable {
    case daily, none
  }
}

extension MailServerSettings {
  /// Reads the keys with a prefix; what is not given is taken over.
  fileprivate init(_ section: NotifierSection, prefix: String, defaults: MailServerSettings) {
    smarthost = section.hostPort(prefix + "smarthost") ?? defaults.smarthost
    hello = section.filled(prefix + "hello") ?? defaults.hello
    authUsername = section.filled(prefix + "auth_username") ?? defaults.authUsername
    authPassword = section.secret(prefix + "auth_password") ?? defaults.authPassword
    authIdentity = section.filled(prefix + "auth_identity") ?? defaults.authIdentity
    authSecret = section.secret(prefix + "auth_secret") ?? defaults.authSecret
    requireTLS = section.mapping.bool(prefix + "require_tls") ?? defaults.requireTLS
    forceImplicitTLS =
      section.mapping.bool(prefix + "force_implicit_tls") ?? defaults.forceImplicitTLS
    tls = section.tls(prefix + "tls_config") ?? defaults.tls
  }
}

extension NotifierSection {
  /// `host:port`
  fileprivate func hostPort(_ key: String) -> HostPort? {
    guard let text = filled(key) else { return nil }
    guard let value = HostPort(text) else {
      mapping.report(
        "\"\(key)\" in \(mapping.context) must be host:port, not \"\(text)\"", key: key)
      return nil
    }
    return value
  }
}
