private import CGnuTLS
private import CMicroHTTPD
import Glibc

/// Certificate, key and client requirements as GnuTLS objects, shared by any number of connections.
@safe package final class TLSCredentials: Sendable {
  private nonisolated(unsafe) let credentials: OpaquePointer
  private nonisolated(unsafe) let priorities: OpaquePointer
  private let clientAuthentication: TLSParameters.ClientAuthentication
  private let allowedNames: Set<String>?

  /// Which of the parameters cannot be used, and why.
  package enum Fault: Error, Equatable {
    case keyPair(String)
    case clientAuthorities(String)
    case priorities(String)
  }

  /// Loads the parameters into GnuTLS.
  ///
  /// - Throws: ``Fault`` if key and certificate cannot be read or do not belong together.
  package init(_ parameters: TLSParameters) throws(Fault) {
    var made: OpaquePointer?
    guard unsafe gnutls_certificate_allocate_credentials(&made) == 0, let raw = unsafe made else {
      throw .keyPair("no memory")
    }
    do throws(Fault) {
      try unsafe Self.fill(raw, parameters)
      unsafe priorities = try Self.priorities(parameters.priorities)
    } catch {
      unsafe gnutls_certificate_free_credentials(raw)
      throw error
    }
    unsafe credentials = raw
    clientAuthentication = parameters.clientAuthentication
    allowedNames = parameters.clientAllowedNames.map(Set.init)
  }

  deinit {
    unsafe gnutls_certificate_free_credentials(credentials)
    unsafe gnutls_priority_deinit(priorities)
  }

  private static func fill(
    _ raw: OpaquePointer, _ parameters: TLSParameters
  ) throws(Fault) {
    let paired = unsafe withDatum(parameters.certificates) { certificates in
      unsafe withDatum(parameters.privateKey) { key in
        unsafe gnutls_certificate_set_x509_key_mem2(
          raw, certificates, key, GNUTLS_X509_FMT_PEM, nil, 0)
      }
    }
    guard paired >= 0 else { throw .keyPair(reason(paired)) }
    guard let authorities = parameters.clientAuthorities else { return }
    let trusted = unsafe withDatum(authorities) {
      unsafe gnutls_certificate_set_x509_trust_mem(raw, $0, GNUTLS_X509_FMT_PEM)
    }
    if trusted < 0 { throw .clientAuthorities(reason(trusted)) }
    if trusted == 0 { throw .clientAuthorities("there is no certificate in it") }
  }

  private static func priorities(_ text: String) throws(Fault) -> OpaquePointer {
    var made: OpaquePointer?
    let status = unsafe gnutls_priority_init2(&made, text, nil, 0)
    guard status == 0, let priorities = unsafe made else { throw .priorities(reason(status)) }
    return unsafe priorities
  }

  private static func withDatum(
    _ text: String, _ body: (UnsafePointer<gnutls_datum_t>) -> Int32
  ) -> Int32 {
    var bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      var datum = unsafe gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
      return unsafe body(&datum)
    }
  }

  private static func reason(_ code: Int32) -> String {
    unsafe String(cString: gnutls_strerror(code))
  }

  // MARK: - Connections

  /// Makes a connection use these credentials. Its handshake must not have begun, and the
  /// connection must retain them.
  func adopt(_ connection: OpaquePointer) {
    guard let session = unsafe Self.session(of: connection) else { return }
    unsafe gnutls_credentials_set(
      session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
    unsafe gnutls_priority_set(session, priorities)
    guard clientAuthentication != .none else { return }
    unsafe gnutls_certificate_server_set_request(
      session, clientAuthentication.isRequired ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST)
    unsafe gnutls_session_set_verify_function(session, Self.verify)
  }

  private static func session(of connection: OpaquePointer) -> OpaquePointer? {
    unsafe tocsin_mhd_tls_session(connection).map { OpaquePointer($0) }
  }

  /// Called by GnuTLS during the handshake, when the client has sent its certificate or none; any
  /// result but 0 aborts the handshake.
  private static let verify: @convention(c) (OpaquePointer?) -> Int32 = { session in
    // libmicrohttpd stores the connection in the session, and the callbacks store the credentials
    // in the connection.
    guard let session = unsafe session,
      let connection = unsafe gnutls_session_get_ptr(session),
      let stored = unsafe tocsin_mhd_socket_context(OpaquePointer(connection))
    else { return -1 }
    let credentials = unsafe Unmanaged<TLSCredentials>.fromOpaque(stored).takeUnretainedValue()
    return unsafe credentials.accepts(session) ? 0 : -1
  }

  private func accepts(_ session: OpaquePointer) -> Bool {
    var count: UInt32 = 0
    guard let chain = unsafe gnutls_certificate_get_peers(session, &count), count > 0 else {
      return !clientAuthentication.isRequired
    }
    if clientAuthentication.isVerified {
      var purpose = Array(GNUTLS_KP_TLS_WWW_CLIENT.utf8CString)
      var status: UInt32 = 0
      let outcome = unsafe purpose.withUnsafeMutableBytes { text in
        var demand = unsafe gnutls_typed_vdata_st(
          type: GNUTLS_DT_KEY_PURPOSE_OID,
          data: text.baseAddress?.assumingMemoryBound(to: UInt8.self), size: 0)
        return unsafe gnutls_certificate_verify_peers(session, &demand, 1, &status)
      }
      guard outcome == 0, status == 0 else { return false }
    }
    guard let allowedNames else { return true }
    return unsafe !allowedNames.isDisjoint(with: Self.names(of: chain))
  }

  /// The subject alternative names of a DER certificate: host names, mail addresses, IP addresses
  /// and URIs.
  private static func names(of der: UnsafePointer<gnutls_datum_t>) -> [String] {
    var made: OpaquePointer?
    guard unsafe gnutls_x509_crt_init(&made) == 0, let certificate = unsafe made else { return [] }
    defer { unsafe gnutls_x509_crt_deinit(certificate) }
    guard unsafe gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) == 0 else {
      return []
    }
    var names: [String] = []
    for index in 0... {
      var size = 0
      var buffer: [UInt8] = []
      var kind = unsafe gnutls_x509_crt_get_subject_alt_name(
        certificate, UInt32(index), nil, &size, nil)
      if kind == GNUTLS_E_SHORT_MEMORY_BUFFER {
        buffer = [UInt8](repeating: 0, count: size)
        kind = unsafe gnutls_x509_crt_get_subject_alt_name(
          certificate, UInt32(index), &buffer, &size, nil)
      }
      // The end of the names, or an unreadable one: the names after it are not accepted.
      if kind < 0 { break }
      if let name = name(kind: kind, bytes: buffer[..<min(size, buffer.count)]) {
        names.append(name)
      }
    }
    return names
  }

  private static func name(kind: Int32, bytes: ArraySlice<UInt8>) -> String? {
    switch UInt32(kind) {
    case GNUTLS_SAN_DNSNAME.rawValue, GNUTLS_SAN_RFC822NAME.rawValue, GNUTLS_SAN_URI.rawValue:
      return String(validating: bytes, as: UTF8.self)
    case GNUTLS_SAN_IPADDRESS.rawValue:
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      let family = bytes.count == 4 ? AF_INET : AF_INET6
      guard bytes.count == 4 || bytes.count == 16,
        unsafe inet_ntop(family, Array(bytes), &text, socklen_t(text.count)) != nil
      else { return nil }
      return String(
        decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    default: return nil
    }
  }
}
