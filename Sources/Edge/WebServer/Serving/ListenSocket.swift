import Glibc

/// Opens the listening socket here, because libmicrohttpd does not report why it fails to.
enum ListenSocket {
  /// Opens a listening socket; returns its descriptor and the address with the port that the kernel
  /// chose.
  static func open(_ address: ListenAddress) throws(WebServerError) -> (Int32, ListenAddress) {
    if address.host.isEmpty {
      // One IPv6 socket takes IPv4 clients, too; hosts without IPv6 get an IPv4 socket.
      do {
        return try open(address, numericHost: "::", takesIPv4: true)
      } catch .system, .addressNotLocal {
        return try open(address, numericHost: "0.0.0.0", takesIPv4: false)
      } catch { throw error }
    }
    return try open(address, numericHost: address.host, takesIPv4: false)
  }

  private static func open(
    _ address: ListenAddress, numericHost: String, takesIPv4: Bool
  ) throws(WebServerError) -> (Int32, ListenAddress) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_PASSIVE
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(numericHost, String(address.port), &hints, &list)
    guard status == 0, let first = unsafe list else {
      throw .unknownHost(address, reason: unsafe String(cString: gai_strerror(status)))
    }
    defer { unsafe freeaddrinfo(first) }
    let chosen = unsafe preferred(first)
    let file = unsafe socket(
      chosen.pointee.ai_family,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard file >= 0 else { throw error(errno, address) }
    // A restart must not wait for connections of the previous process; a second listener is still
    // refused.
    setOption(file, SOL_SOCKET, SO_REUSEADDR, 1)
    if unsafe chosen.pointee.ai_family == AF_INET6 {
      setOption(file, Int32(IPPROTO_IPV6), IPV6_V6ONLY, takesIPv4 ? 0 : 1)
    }
    guard unsafe bind(file, chosen.pointee.ai_addr, chosen.pointee.ai_addrlen) == 0,
      listen(file, SOMAXCONN) == 0
    else {
      let code = errno
      close(file)
      throw error(code, address)
    }
    return (file, ListenAddress(host: address.host, port: port(of: file) ?? address.port))
  }

  /// Puts IPv4 first: `localhost` is then 127.0.0.1, as in every example that users copy.
  private static func preferred(
    _ first: UnsafeMutablePointer<addrinfo>
  ) -> UnsafeMutablePointer<addrinfo> {
    var next: UnsafeMutablePointer<addrinfo>? = unsafe first
    while let entry = unsafe next {
      if unsafe entry.pointee.ai_family == AF_INET { return unsafe entry }
      unsafe next = entry.pointee.ai_next
    }
    return unsafe first
  }

  private static func error(_ code: Int32, _ address: ListenAddress) -> WebServerError {
    switch code {
    case EADDRINUSE: .addressInUse(address)
    case EACCES, EPERM: .permissionDenied(address)
    case EADDRNOTAVAIL: .addressNotLocal(address)
    default: .system(address, reason: unsafe String(cString: strerror(code)))
    }
  }

  private static func setOption(_ file: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(file, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func port(of file: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(file, $0, &length)
      }
    }
    guard status == 0 else { return nil }
    return unsafe withUnsafeBytes(of: &storage) { bytes in
      // sin_port and sin6_port have the same offset.
      Int(UInt16(bigEndian: unsafe bytes.load(fromByteOffset: 2, as: UInt16.self)))
    }
  }
}
