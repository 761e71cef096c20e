/// A certificate authority and the certificates it signed, made by openssl in a folder that goes
/// away with the value.
package struct ThrowawayCertificates: Sendable {
  /// The folder, with `NAME.crt` and `NAME.key` of each signed certificate.
  package let folder: TemporaryDirectory

  /// The authority's own certificate, in PEM.
  package var authority: String { folder.file("ca.crt") }

  /// Makes the authority.
  package init() async throws {
    folder = try TemporaryDirectory(prefix: "tocsin-certificates")
    try await run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", folder.file("ca.key"), "-out", authority, "-days", "2",
      "-subj", "/CN=Tocsin test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    ])
  }

  /// Signs a certificate for a purpose (`serverAuth`, `clientAuth`) and names as openssl writes
  /// them: `DNS:a,IP:127.0.0.1`.
  package func sign(_ name: String, purpose: String, names: String) async throws {
    try folder.write(
      "subjectAltName=\(names)\nextendedKeyUsage=\(purpose)\n", to: "\(name).ext")
    try await run([
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", key(name), "-out", folder.file("\(name).csr"), "-subj", "/CN=\(name)",
    ])
    try await run([
      "x509", "-req", "-in", folder.file("\(name).csr"), "-CA", authority,
      "-CAkey", folder.file("ca.key"), "-CAcreateserial", "-days", "2",
      "-extfile", folder.file("\(name).ext"), "-out", certificate(name),
    ])
  }

  /// The file with the certificate of that name.
  package func certificate(_ name: String) -> String { folder.file("\(name).crt") }

  /// The file with the key of that name.
  package func key(_ name: String) -> String { folder.file("\(name).key") }

  private func run(_ arguments: [String]) async throws {
    let openssl = try ChildProcess.start("openssl", arguments)
    guard try await openssl.waitForExit() == 0 else {
      throw ChildProcessError(reason: "openssl failed", output: openssl.output)
    }
  }
}
