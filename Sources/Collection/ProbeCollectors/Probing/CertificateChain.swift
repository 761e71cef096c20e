import WebClient

/// What the certificates that a server sent say about when trouble comes.
struct CertificateChain: Hashable, Sendable {
  /// What peers show for a chain that was not verified: the year 1.
  static let notVerified = -62_135_596_800

  private let certificates: [WebCertificate]
  private let isVerified: Bool

  /// `certificates` are those the server sent, its own first.
  init(_ certificates: [WebCertificate], isVerified: Bool) {
    self.certificates = certificates
    self.isVerified = isVerified
  }

  /// The earliest end of validity among all that was sent, whether needed or not; nil without certificates.
  var earliestExpiry: Int? { certificates.compactMap(\.notAfter).min() }

  /// The end of validity of the path from the server's own certificate by way of its issuers, as far as they were sent.
  ///
  /// The root is usually not sent; roots outlive what they sign.
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
