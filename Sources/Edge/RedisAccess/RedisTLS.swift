/// How a Redis server behind TLS is trusted, and what it is shown.
package struct RedisTLS: Sendable, Equatable {
  /// A PEM file of certificate authorities instead of the system's.
  package var caFile: String?
  /// A PEM file with the client certificate, for servers that ask for one.
  package var certificateFile: String?
  /// The PEM file of the client certificate's key; nil when it lies in the certificate's file.
  package var keyFile: String?
  /// The name that is sent to the server (SNI) and checked against its certificate, instead of the host.
  package var serverName: String?
  /// Takes any certificate: whoever sits on the way can read and change everything.
  package var insecureSkipVerify = false

  package init() {}
}
