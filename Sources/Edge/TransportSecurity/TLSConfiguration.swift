/// The TLS settings of a client: how it verifies the server and identifies itself (`tls_config` of
/// Prometheus).
///
/// The settings contain paths, not contents: files are read for each connection, so that renewed
/// ones are used.
package struct TLSConfiguration: Hashable, Sendable {
  /// `ca_file`: PEM file of the trusted certificate authorities; nil for those of the system.
  package var caFile: String?
  /// `cert_file`: PEM file of the client certificate chain, for servers that request one.
  package var certificateFile: String?
  /// `key_file`: PEM file of the client certificate's key; nil if `certificateFile` contains it.
  package var keyFile: String?
  /// `server_name`: the name sent to the server (SNI) and expected in its certificate; nil for the
  /// host.
  package var serverName: String?
  /// `insecure_skip_verify`: accepts any certificate, so that a man in the middle can read and
  /// change everything.
  package var insecureSkipVerify = false

  /// Creates settings; by default they trust the system's authorities and present no certificate.
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
