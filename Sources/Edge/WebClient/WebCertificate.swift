import Codecs

/// A certificate that a server presented, verified or not.
package struct WebCertificate: Hashable, Sendable {
  /// The distinguished name as OpenSSL prints it: `CN = example.org`.
  package var subject: String
  /// The distinguished name of the issuer, in the same form.
  package var issuer: String
  /// The serial number in hexadecimal digits.
  package var serialNumber: String
  /// The alternative names, as in `DNS:example.org, IP Address:192.0.2.1`, or empty.
  package var subjectAlternativeNames: String
  /// The start of its validity, in seconds since the epoch; nil if the date cannot be parsed.
  package var notBefore: Int?
  /// The end of its validity, in seconds since the epoch; nil if the date cannot be parsed.
  package var notAfter: Int?

  /// Creates a certificate from libcurl's `Name:value` fields.
  init(fields: [String]) {
    func value(_ name: String) -> String {
      guard let field = fields.first(where: { $0.hasPrefix(name + ":") }) else { return "" }
      return String(field.dropFirst(name.count + 1))
    }
    subject = value("Subject")
    issuer = value("Issuer")
    serialNumber = value("Serial Number")
    subjectAlternativeNames = value("X509v3 Subject Alternative Name")
    notBefore = HTTPDate.seconds(value("Start date"))
    notAfter = HTTPDate.seconds(value("Expire date"))
  }
}
