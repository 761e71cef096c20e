/// The TLS settings of a server: its certificate and what it requires of clients.
package struct TLSParameters: Sendable {
  /// The server's certificate and its intermediate certificates, in PEM.
  package var certificates: String
  /// The key of the first certificate, in PEM without a password.
  package var privateKey: String
  /// Whether clients must present a certificate.
  package var clientAuthentication = ClientAuthentication.none
  /// The authorities that sign client certificates, in PEM.
  package var clientAuthorities: String?
  /// Names, addresses and URIs of which a client certificate must have one; nil accepts any.
  package var clientAllowedNames: [String]?
  /// The lowest TLS version that is accepted.
  package var minimumVersion = TLSVersion.tls12
  /// The highest TLS version that is accepted.
  package var maximumVersion = TLSVersion.tls13
  /// The cipher suites in order of preference; empty for GnuTLS' defaults.
  package var cipherSuites: [TLSCipherSuite] = []
  /// Whether the server's order of preference takes precedence over the client's.
  package var prefersServerOrder = true
  /// The curves in order of preference; empty for GnuTLS' defaults.
  package var curves: [TLSCurve] = []

  /// Creates parameters for TLS 1.2 and later, without client certificates.
  package init(certificates: String, privateKey: String) {
    self.certificates = certificates
    self.privateKey = privateKey
  }

  /// Whether clients must present a certificate; the raw values are those of Go's
  /// `tls.ClientAuthType`.
  package enum ClientAuthentication: String, CaseIterable, Sendable {
    case none = "NoClientCert"
    case request = "RequestClientCert"
    case require = "RequireAnyClientCert"
    /// An old name of `RequireAnyClientCert`.
    case requireByOldName = "RequireClientCert"
    case verifyIfGiven = "VerifyClientCertIfGiven"
    case requireAndVerify = "RequireAndVerifyClientCert"

    /// Whether clients without a certificate are refused.
    package var isRequired: Bool {
      switch self {
      case .require, .requireByOldName, .requireAndVerify: true
      case .none, .request, .verifyIfGiven: false
      }
    }

    /// Whether certificates are verified against the authorities.
    package var isVerified: Bool { self == .verifyIfGiven || self == .requireAndVerify }
  }

  /// The priority string of GnuTLS (gnutls.org/manual, "Priority Strings").
  var priorities: String {
    var words = ["NORMAL", "-VERS-ALL"]
    for version in TLSVersion.allCases.reversed()
    where minimumVersion <= version && version <= maximumVersion {
      words.append("+VERS-\(version.priority)")
    }
    if cipherSuites.isEmpty {
      // Slow, and not offered by Go either.
      words.append("-DHE-RSA")
    } else {
      words += ["-KX-ALL", "-CIPHER-ALL", "-MAC-ALL"]
      var seen: Set<String> = []
      for suite in cipherSuites {
        words += ([suite.keyExchange, suite.cipher, suite.mac] as [String?]).compactMap { part in
          part.flatMap { seen.insert($0).inserted ? "+\($0)" : nil }
        }
      }
    }
    if !curves.isEmpty {
      words.append("-GROUP-ALL")
      words += curves.map { "+GROUP-\($0.priority)" }
    }
    if prefersServerOrder { words.append("%SERVER_PRECEDENCE") }
    return words.joined(separator: ":")
  }

  /// Cipher suites that would be allowed although they are not listed: GnuTLS combines every key
  /// exchange of the list with every cipher of it.
  package var unlistedSuites: [TLSCipherSuite] {
    let exchanges = Set(cipherSuites.compactMap(\.keyExchange))
    let ciphers = Set(cipherSuites.filter { $0.keyExchange != nil }.map(\.cipher))
    return TLSCipherSuite.allCases.filter { suite in
      guard let exchange = suite.keyExchange, !cipherSuites.contains(suite) else { return false }
      return exchanges.contains(exchange) && ciphers.contains(suite.cipher)
    }
  }
}

/// A TLS version; the raw values are exporter-toolkit's.
package enum TLSVersion: String, CaseIterable, Comparable, Sendable {
  case tls10 = "TLS10"
  case tls11 = "TLS11"
  case tls12 = "TLS12"
  case tls13 = "TLS13"

  package static func < (left: TLSVersion, right: TLSVersion) -> Bool {
    left.rawValue < right.rawValue
  }

  var priority: String {
    switch self {
    case .tls10: "TLS1.0"
    case .tls11: "TLS1.1"
    case .tls12: "TLS1.2"
    case .tls13: "TLS1.3"
    }
  }
}

/// A curve for the key exchange; the raw values are Go's names.
package enum TLSCurve: String, CaseIterable, Sendable {
  case p256 = "CurveP256"
  case p384 = "CurveP384"
  case p521 = "CurveP521"
  case x25519 = "X25519"

  var priority: String {
    switch self {
    case .p256: "SECP256R1"
    case .p384: "SECP384R1"
    case .p521: "SECP521R1"
    case .x25519: "X25519"
    }
  }
}

/// A cipher suite that Go calls secure; the raw values are IANA's names.
package enum TLSCipherSuite: String, CaseIterable, Sendable {
  case aes128GCM = "TLS_AES_128_GCM_SHA256"
  case aes256GCM = "TLS_AES_256_GCM_SHA384"
  case chacha20 = "TLS_CHACHA20_POLY1305_SHA256"
  case ecdsaAES128CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"
  case ecdsaAES256CBC = "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
  case rsaAES128CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
  case rsaAES256CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
  case ecdsaAES128GCM = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
  case ecdsaAES256GCM = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
  case rsaAES128GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
  case rsaAES256GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
  case ecdsaChaCha20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
  case rsaChaCha20 = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"

  /// Whether the suite's cipher can be used with TLS 1.3.
  package var isAuthenticated: Bool { mac == "AEAD" }

  /// GnuTLS' name of the key exchange; nil for suites of TLS 1.3, which do not specify one.
  var keyExchange: String? {
    if rawValue.hasPrefix("TLS_ECDHE_ECDSA") { return "ECDHE-ECDSA" }
    return rawValue.hasPrefix("TLS_ECDHE_RSA") ? "ECDHE-RSA" : nil
  }

  var cipher: String {
    switch self {
    case .aes128GCM, .ecdsaAES128GCM, .rsaAES128GCM: "AES-128-GCM"
    case .aes256GCM, .ecdsaAES256GCM, .rsaAES256GCM: "AES-256-GCM"
    case .chacha20, .ecdsaChaCha20, .rsaChaCha20: "CHACHA20-POLY1305"
    case .ecdsaAES128CBC, .rsaAES128CBC: "AES-128-CBC"
    case .ecdsaAES256CBC, .rsaAES256CBC: "AES-256-CBC"
    }
  }

  var mac: String {
    switch self {
    case .ecdsaAES128CBC, .ecdsaAES256CBC, .rsaAES128CBC, .rsaAES256CBC: "SHA1"
    default: "AEAD"
    }
  }
}
