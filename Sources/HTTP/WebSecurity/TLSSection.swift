import YAMLDecoding
import WebServer

/// Decodes the section `tls_server_config`.
struct TLSSection {
  /// The files that the section names.
  private(set) var files: [String] = []

  private let mapping: ConfigMapping
  private let directory: String

  init(_ mapping: ConfigMapping, directory: String) {
    self.mapping = mapping
    self.directory = directory
  }

  /// Returns the credentials; nil for an empty section, and if there is an error, which is
  /// reported.
  mutating func read() -> TLSCredentials? {
    guard !mapping.pairs.isEmpty else { return nil }
    let before = mapping.diagnostics.count
    let certificates = text("cert")
    let key = text("key")
    let authorities = text("client_ca")
    if certificates == nil, !mapping.contains("cert_file") {
      missing("cert_file")
    } else if key == nil, !mapping.contains("key_file") {
      missing("key_file")
    }
    var parameters = TLSParameters(certificates: certificates ?? "", privateKey: key ?? "")
    parameters.clientAuthorities = authorities
    readClients(into: &parameters)
    readProtocol(into: &parameters)
    guard mapping.diagnostics.count == before else { return nil }
    do {
      return try TLSCredentials(parameters)
    } catch {
      report(error)
      return nil
    }
  }

  /// The text of `key`, or of the file that `key_file` names.
  private mutating func text(_ key: String) -> String? {
    let fileKey = "\(key)_file"
    let inline = mapping.string(key).flatMap { $0.isEmpty ? nil : $0 }
    guard let path = mapping.string(fileKey), !path.isEmpty else { return inline }
    guard inline == nil else {
      mapping.report(
        "\"\(key)\" and \"\(fileKey)\" exclude each other", key: fileKey, fix: "remove one of them")
      return nil
    }
    let file = ConfigPath.resolve(path, in: directory)
    files.append(file)
    // Separate diagnostics, so that the error points at the line that names the file.
    let reading = ConfigDiagnostics()
    let source = ConfigSource.read(path: file, into: reading)
    if let error = reading.errors.first {
      mapping.report(
        "\"\(fileKey)\": \(file) \(error.message)", key: fileKey,
        fix: "create the file, or let this user read it")
    }
    return source?.text
  }

  private func missing(_ key: String) {
    mapping.missing(key, fix: "TLS needs a certificate and its key")
  }

  private func readClients(into parameters: inout TLSParameters) {
    parameters.clientAuthentication =
      mapping.choice("client_auth_type", of: TLSParameters.ClientAuthentication.self) ?? .none
    let demand = parameters.clientAuthentication
    let authorityKey = mapping.contains("client_ca_file") ? "client_ca_file" : "client_ca"
    if parameters.clientAuthorities != nil, demand == .none {
      mapping.report(
        "\"\(authorityKey)\" has no effect without a client_auth_type", key: authorityKey,
        fix: "add client_auth_type: RequireAndVerifyClientCert")
    }
    if demand.isVerified, parameters.clientAuthorities == nil,
      !mapping.contains("client_ca_file")
    {
      mapping.report(
        "\"\(demand.rawValue)\" needs the certificates of those who sign clients",
        key: "client_auth_type", fix: "add client_ca_file")
    }
    guard mapping.contains("client_allowed_sans") else { return }
    parameters.clientAllowedNames = mapping.strings("client_allowed_sans")
    if !demand.isRequired {
      mapping.report(
        "\"client_allowed_sans\" needs clients that must show a certificate",
        key: "client_allowed_sans", fix: "add client_auth_type: RequireAndVerifyClientCert")
    }
  }

  private func readProtocol(into parameters: inout TLSParameters) {
    parameters.minimumVersion = mapping.choice("min_version") ?? parameters.minimumVersion
    parameters.maximumVersion = mapping.choice("max_version") ?? parameters.maximumVersion
    if parameters.minimumVersion > parameters.maximumVersion {
      mapping.report("\"min_version\" is above max_version", key: "min_version")
    }
    parameters.prefersServerOrder = mapping.bool("prefer_server_cipher_suites") ?? true
    parameters.cipherSuites = choices("cipher_suites")
    parameters.curves = choices("curve_preferences")
    guard !parameters.cipherSuites.isEmpty else { return }
    let unlisted = parameters.unlistedSuites
    if !unlisted.isEmpty {
      mapping.report(
        "GnuTLS combines each key exchange of \"cipher_suites\" with each cipher of it",
        key: "cipher_suites",
        fix: "add \(unlisted.map(\.rawValue).joined(separator: ", ")), or leave some out")
    }
    if parameters.maximumVersion == .tls13,
      !parameters.cipherSuites.contains(where: \.isAuthenticated)
    {
      mapping.report(
        "no cipher of \"cipher_suites\" is one of TLS 1.3", key: "cipher_suites",
        fix: "add TLS_AES_128_GCM_SHA256, or max_version: TLS12")
    }
  }

  private func choices<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> [Choice] {
    mapping.textNodes(key).compactMap { text, node in
      if let choice = Choice(rawValue: text) { return choice }
      mapping.diagnostics.report(
        node.error(
          "unknown \"\(text)\" in \"\(key)\"",
          fix: "use \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"))
      return nil
    }
  }

  private func report(_ fault: TLSCredentials.Fault) {
    let certificateKey = mapping.contains("cert_file") ? "cert_file" : "cert"
    switch fault {
    case .keyPair(let reason):
      mapping.report(
        "certificate and key cannot be used: \(reason)", key: certificateKey,
        fix: "both must be PEM, the key without a password, and belong together")
    case .clientAuthorities(let reason):
      mapping.report(
        "the certificates for clients cannot be used: \(reason)",
        key: mapping.contains("client_ca_file") ? "client_ca_file" : "client_ca")
    case .priorities(let reason):
      mapping.report("GnuTLS refuses this choice of versions, ciphers and curves: \(reason)")
    }
  }
}
