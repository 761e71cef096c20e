import WebClient

/// The expiry of the certificates that a server sent.
struct CertificateChain: Hashable, Sendable {
  /// The expiry that blackbox_exporter reports for a chain that was not verified: the year 1.
  static let notVerified = -62_135_596_800

  private let certificates: [WebCertificate]
  private let isVerified: Bool

  /// Makes a chain of the certificates in the order in which the server sent them, its own first.
  init(_ certificates: [WebCertificate], isVerified: Bool) {
    self.certificates = certificates
    self.isVerified = isVerified
  }

  /// The earliest end of validity among all certificates sent, used or not; nil without
  /// certificates.
  var earliestExpiry: Int? { certificates.compactMap(\.notAfter).min() }

  /// The end of validity of the path from the server's own certificate through its issuers, as far
  /// as they were sent.
  ///
  /// The root is usually not sent; roots are valid longer than the certificates that they sign.
  var pathExpiry: Int? {
    guard !certificates.isEmpty else { return nil }
    guard isVerified else { return Self.notVerified }
    var path = certificates.prefix(1)
    var rest = certificates.dropFirst()
    while let last = path.last, last.issuer != last.subject,
      let next = rest.firstIndex(where: { $0.subject == last.issuer })
    {
      path.append(rest.remove(at: next))
    }
    return path.compactMap(\.notAfter).min()
  }
}
