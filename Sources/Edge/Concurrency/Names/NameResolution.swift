import Glibc

/// Resolves host names to addresses within a deadline. `getaddrinfo` blocks without a limit, so it
/// runs on threads that can be abandoned.
package enum NameResolution {
  /// The threads of all look-ups, with `getaddrinfo` and with `DNSLookup`. Look-ups are rare, so no
  /// thread stays idle.
  package static let pool = BlockingCallPool(name: "resolver", threadLimit: 64, idleLimit: 0)

  /// The maximum number of addresses used per name.
  package static let addressLimit = 8

  /// The numeric addresses of a host, in the system's order of preference. Blocks until the
  /// deadline at most.
  ///
  /// A numeric address is returned unchanged at once.
  package static func addresses(
    of host: String, until deadline: ContinuousClock.Instant
  ) throws(NameResolutionError) -> [String] {
    if let addresses = try numericAddresses(of: host) { return addresses }
    let outcome: Result<[String], NameResolutionError>
    do {
      outcome = try pool.runBlocking(until: deadline) { lookUp(host, flags: 0) }
    } catch {
      throw .stuck(host: host, error)
    }
    return try outcome.get()
  }

  /// The numeric addresses of a host, as ``addresses(of:until:)`` returns them, without blocking
  /// the calling thread.
  package static func addresses(
    of host: String, within limit: Duration, clock: TimeSource = .system
  ) async throws(NameResolutionError) -> [String] {
    if let addresses = try numericAddresses(of: host) { return addresses }
    let outcome: Result<[String], NameResolutionError>
    do {
      outcome = try await pool.run(within: limit, clock: clock) { lookUp(host, flags: 0) }
    } catch {
      throw .stuck(host: host, error)
    }
    return try outcome.get()
  }

  /// The address if the host is already a numeric address; nil if it is a name.
  private static func numericAddresses(
    of host: String
  ) throws(NameResolutionError) -> [String]? {
    guard !host.isEmpty, !host.utf8.contains(0) else { throw .unknown(host: host, reason: "empty") }
    return try? lookUp(host, flags: AI_NUMERICHOST).get()
  }

  private static func lookUp(
    _ host: String, flags: Int32
  ) -> Result<[String], NameResolutionError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = flags | (flags == 0 ? AI_ADDRCONFIG : 0)
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else {
      return .failure(.unknown(host: host, reason: unsafe String(cString: gai_strerror(status))))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [String] = []
    var next = unsafe list
    while let entry = unsafe next, addresses.count < addressLimit {
      if let text = unsafe numeric(entry.pointee), !addresses.contains(text) {
        addresses.append(text)
      }
      unsafe next = entry.pointee.ai_next
    }
    guard !addresses.isEmpty else {
      return .failure(.unknown(host: host, reason: "no address"))
    }
    return .success(addresses)
  }

  private static func numeric(_ entry: addrinfo) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) {
      text in
      let status = unsafe getnameinfo(
        entry.ai_addr, entry.ai_addrlen, text.baseAddress, socklen_t(text.count), nil, 0,
        NI_NUMERICHOST)
      guard status == 0, let start = text.baseAddress else { return nil }
      return unsafe String(cString: start)
    }
  }
}

/// The reason why a host has no address.
package enum NameResolutionError: Error, Equatable, CustomStringConvertible {
  /// The resolver found no address, for the reason given.
  case unknown(host: String, reason: String)
  /// The resolver did not answer in time.
  case stuck(host: String, BlockingCallError)

  /// Whether the look-up was abandoned because the deadline passed.
  package var isTimeout: Bool {
    switch self {
    case .stuck(_, .overdue), .stuck(_, .cancelled): true
    case .stuck, .unknown: false
    }
  }

  package var description: String {
    switch self {
    case .unknown(let host, let reason): "host name \"\(host)\" cannot be resolved: \(reason)"
    case .stuck(let host, let error): "host name \"\(host)\" not resolved: \(error)"
    }
  }
}
