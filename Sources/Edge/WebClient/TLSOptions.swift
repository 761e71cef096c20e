/// How the other side of a TLS connection is checked, and how this side shows who it is.
package struct TLSOptions: Hashable, Sendable {
  /// A PEM file of certificate authorities instead of the system's.
  package var caFile: String?
  /// A PEM file with the client certificate (chain), for servers that ask for one.
  package var certificateFile: String?
  /// The PEM file of the client certificate's key; nil when it lies in the certificate's file.
  package var keyFile: String?
  /// The name that is sent to the server (SNI) and checked against its certificate, instead of the host.
  package var serverName: String?
  /// Takes any certificate. For test beds only.
  package var insecureSkipVerify = false

  package init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    serverName: String? = nil, insecureSkipVerify: Bool = false
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.serverName = serverName
    self.insecureSkipVerify = insecureSkipVerify
  }
}
