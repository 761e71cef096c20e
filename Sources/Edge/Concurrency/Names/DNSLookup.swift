import CLinux

/// Queries DNS for records with the C library's resolver, which applies `/etc/resolv.conf`: search
/// list, retries, and TCP for long answers.
package enum DNSLookup {
  /// A name server to ask instead of those of `/etc/resolv.conf`: an IPv4 address as a number in
  /// host order, a port, and how many seconds the first of two tries waits for an answer.
  package struct Server: Sendable {
    package let address: UInt32
    package let port: UInt16
    package let timeoutSeconds: Int32

    package init(address: UInt32, port: UInt16, timeoutSeconds: Int32 = 5) {
      self.address = address
      self.port = port
      self.timeoutSeconds = timeoutSeconds
    }
  }

  /// The records of a name; empty if the name does not exist.
  ///
  /// - Throws: ``DNSLookupError``.
  package static func records(
    of name: String, kind: DNSRecord.Kind, server: Server? = nil
  ) async throws(DNSLookupError) -> [DNSRecord] {
    guard !name.isEmpty, !name.utf8.contains(0), name.utf8.count <= 255 else {
      throw .failed(name: name, reason: "no name")
    }
    let outcome: Result<[DNSRecord], DNSLookupError>
    do {
      // The C library gives up after its own timeouts and retries.
      outcome = try await NameResolution.pool.run { ask(name, kind: kind, server: server) }
    } catch {
      throw .failed(name: name, reason: "\(error)")
    }
    return try outcome.get()
  }

  private static func ask(
    _ name: String, kind: DNSRecord.Kind, server: Server?
  ) -> Result<[DNSRecord], DNSLookupError> {
    var answer = [UInt8](repeating: 0, count: 65_536)
    let size = Int32(answer.count)
    let length = unsafe tocsin_dns_query(
      name, kind.rawValue, server?.address ?? 0, server?.port ?? 0,
      server?.timeoutSeconds ?? 0, &answer, size)
    switch length {
    case -1: return .success([])
    case ..<0: return .failure(.failed(name: name, reason: "no name server answered"))
    default: break
    }
    let message = answer.span.extracting(first: min(Int(length), answer.count))
    guard let records = DNSRecord.parse(message, kind: kind) else {
      return .failure(.failed(name: name, reason: "the answer is malformed"))
    }
    return .success(records)
  }
}

/// The reason why a name has no records.
package enum DNSLookupError: Error, Equatable, CustomStringConvertible {
  case failed(name: String, reason: String)

  package var description: String {
    switch self {
    case .failed(let name, let reason): "records of \"\(name)\": \(reason)"
    }
  }
}
