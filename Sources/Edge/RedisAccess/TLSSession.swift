private import CGnuTLS
private import Glibc
import TransportSecurity

/// TLS over a non-blocking socket that the caller owns and waits for.
///
/// Every step returns whether the socket must become readable or writable first. Certificates and
/// keys are read from their files for each session, so that renewed ones are used.
@safe struct TLSSession: ~Copyable {
  private let session: OpaquePointer
  private let credentials: OpaquePointer

  /// The result of a step.
  enum Outcome {
    /// The number of bytes that were transferred; 0 when reading means the end.
    case done(Int)
    /// The socket must become readable first.
    case mustRead
    /// The socket must become writable first.
    case mustWrite
  }

  /// Creates a session as a client of `host`.
  init(_ settings: TLSConfiguration, host: String, descriptor: Int32) throws(RedisError) {
    let credentials = try unsafe Self.credentials(settings)
    var made: OpaquePointer?
    let flags = UInt32(GNUTLS_CLIENT) | UInt32(GNUTLS_NONBLOCK) | UInt32(GNUTLS_NO_SIGNAL)
    guard unsafe gnutls_init(&made, flags) == 0, let session = unsafe made else {
      unsafe gnutls_certificate_free_credentials(credentials)
      throw RedisError(.tls, "TLS: out of memory")
    }
    unsafe self.session = session
    unsafe self.credentials = credentials
    unsafe gnutls_set_default_priority(session)
    unsafe gnutls_credentials_set(
      session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
    unsafe gnutls_transport_set_int2(session, descriptor, descriptor)
    let name = settings.serverName ?? host
    if !Self.isAddress(name) {
      unsafe gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, name.utf8.count)
    }
    if !settings.insecureSkipVerify { unsafe gnutls_session_set_verify_cert(session, name, 0) }
  }

  deinit {
    unsafe gnutls_deinit(session)
    unsafe gnutls_certificate_free_credentials(credentials)
  }

  private static func credentials(_ settings: TLSConfiguration) throws(RedisError) -> OpaquePointer
  {
    var made: OpaquePointer?
    guard unsafe gnutls_certificate_allocate_credentials(&made) == 0,
      let credentials = unsafe made
    else { throw RedisError(.tls, "TLS: out of memory") }
    do throws(RedisError) {
      if let file = settings.caFile {
        let count = unsafe gnutls_certificate_set_x509_trust_file(
          credentials, file, GNUTLS_X509_FMT_PEM)
        guard count > 0 else {
          throw RedisError(.tls, "the authorities in \(file) cannot be used: \(reason(count))")
        }
      } else if !settings.insecureSkipVerify {
        unsafe gnutls_certificate_set_x509_system_trust(credentials)
      }
      if let file = settings.certificateFile {
        let code = unsafe gnutls_certificate_set_x509_key_file(
          credentials, file, settings.keyFile ?? file, GNUTLS_X509_FMT_PEM)
        guard code >= 0 else {
          throw RedisError(.tls, "the client certificate \(file) cannot be used: \(reason(code))")
        }
      }
    } catch {
      unsafe gnutls_certificate_free_credentials(credentials)
      throw error
    }
    return unsafe credentials
  }

  /// Whether the host is a numeric address: only names are sent to servers (RFC 6066).
  private static func isAddress(_ host: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    return unsafe inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
  }

  // MARK: - Steps

  /// Continues the handshake, in which the server's certificate is verified.
  func continueHandshake() throws(RedisError) -> Outcome {
    let code = unsafe gnutls_handshake(session)
    guard code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR else {
      return try outcome(Int(code), "TLS handshake failed")
    }
    let status = unsafe gnutls_session_get_verify_cert_status(session)
    var text = unsafe gnutls_datum_t()
    let kind = unsafe gnutls_certificate_type_get(session)
    var why = "it is not trusted"
    if unsafe gnutls_certificate_verification_status_print(status, kind, &text, 0) == 0 {
      why = unsafe String(
        decoding: UnsafeRawBufferPointer(start: text.data, count: Int(text.size)), as: UTF8.self)
      unsafe tocsin_gnutls_free(text.data)
    }
    throw RedisError(.tls, "the server's certificate was refused: \(why)")
  }

  /// Sends as many bytes as possible. After `mustRead` or `mustWrite` the same bytes must be passed
  /// again.
  func send(_ bytes: ArraySlice<UInt8>) throws(RedisError) -> Outcome {
    let count = unsafe bytes.withUnsafeBytes { raw in
      unsafe gnutls_record_send(session, raw.baseAddress, raw.count)
    }
    return try outcome(count, "cannot send over TLS")
  }

  /// Reads the available bytes.
  func receive(_ buffer: inout [UInt8]) throws(RedisError) -> Outcome {
    let count = unsafe buffer.withUnsafeMutableBytes { raw in
      unsafe gnutls_record_recv(session, raw.baseAddress, raw.count)
    }
    return try outcome(count, "cannot receive over TLS")
  }

  private func outcome(_ code: Int, _ what: String) throws(RedisError) -> Outcome {
    if code >= 0 { return .done(code) }
    switch Int32(code) {
    case GNUTLS_E_AGAIN, GNUTLS_E_INTERRUPTED, GNUTLS_E_WARNING_ALERT_RECEIVED:
      return unsafe gnutls_record_get_direction(session) == 0 ? .mustRead : .mustWrite
    case GNUTLS_E_PREMATURE_TERMINATION, GNUTLS_E_PUSH_ERROR, GNUTLS_E_PULL_ERROR:
      throw RedisError(.connectionLost, "the server closed the connection")
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
      let alert = unsafe gnutls_alert_get_name(gnutls_alert_get(session))
      let name = unsafe alert.map { unsafe String(cString: $0) } ?? "no reason"
      throw RedisError(.tls, "\(what): the server says: \(name)")
    default:
      throw RedisError(.tls, "\(what): \(Self.reason(Int32(code)))")
    }
  }

  private static func reason(_ code: Int32) -> String {
    code == 0 ? "there is none in it" : unsafe String(cString: gnutls_strerror(code))
  }
}
