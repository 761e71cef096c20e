private import Concurrency
private import Glibc
import TransportSecurity

/// The owner of one non-blocking stream socket; every call returns by its deadline.
struct StreamSocket: ~Copyable {
  let descriptor: Int32
  /// The TLS session; nil for plain text.
  private var tls: TLSSession?

  private init(adopting descriptor: Int32) {
    self.descriptor = descriptor
    tls = nil
  }

  deinit {
    close(descriptor)
  }

  /// Connects to a numeric address.
  static func connect(
    address: String, port: Int, until deadline: ContinuousClock.Instant
  ) throws(RedisError) -> StreamSocket {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(address, "\(port)", &hints, &list) == 0, let entry = unsafe list else {
      throw RedisError(.nameResolution, "\(address) is no address")
    }
    defer { unsafe freeaddrinfo(list) }
    let socket = try unsafe open(entry.pointee.ai_family)
    let status = unsafe Glibc.connect(
      socket.descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen)
    try socket.finishConnecting(status, to: "\(address):\(port)", until: deadline)
    return socket
  }

  /// Connects to a Unix socket.
  static func connect(
    path: String, until deadline: ContinuousClock.Instant
  ) throws(RedisError) -> StreamSocket {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    let bytes = Array(path.utf8)
    guard bytes.count < capacity else {
      throw RedisError(.refused, "the socket path is longer than \(capacity - 1) bytes")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let socket = try open(AF_UNIX)
    let status = unsafe withUnsafeBytes(of: &address) { raw in
      unsafe Glibc.connect(
        socket.descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(raw.count))
    }
    try socket.finishConnecting(status, to: path, until: deadline)
    return socket
  }

  private static func open(_ family: Int32) throws(RedisError) -> StreamSocket {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, type, 0)
    guard descriptor >= 0 else { throw RedisError(errno: errno, "cannot open a socket") }
    return StreamSocket(adopting: descriptor)
  }

  private func finishConnecting(
    _ status: Int32, to place: String, until deadline: ContinuousClock.Instant
  ) throws(RedisError) {
    guard status != 0 else { return }
    // A full backlog of a Unix socket is reported as EAGAIN and means the same as refused.
    guard errno == EINPROGRESS || errno == EINTR else {
      throw RedisError(errno: errno, "cannot connect to \(place)")
    }
    try wait(.writing, until: deadline, "no answer from \(place) in time")
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    guard code == 0 else { throw RedisError(errno: code, "cannot connect to \(place)") }
  }

  /// Switches the socket to TLS for all further bytes.
  mutating func startTLS(
    _ settings: TLSConfiguration, host: String, until deadline: ContinuousClock.Instant
  ) throws(RedisError) {
    let session = try TLSSession(settings, host: host, descriptor: descriptor)
    while try !isDone(
      session.continueHandshake(), until: deadline,
      "no end of the TLS handshake in time; is this the port for TLS?")
    {}
    tls = consume session
  }

  /// Returns whether a TLS step is complete; otherwise waits for the socket first.
  private func isDone(
    _ outcome: TLSSession.Outcome, until deadline: ContinuousClock.Instant, _ late: String
  ) throws(RedisError) -> Bool {
    switch outcome {
    case .done: return true
    case .mustRead: try wait(.reading, until: deadline, late)
    case .mustWrite: try wait(.writing, until: deadline, late)
    }
    return false
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(RedisError) {
    guard tls == nil else { return try sendEncrypted(bytes, until: deadline) }
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { raw in
        unsafe Glibc.send(
          descriptor, raw.baseAddress.map { unsafe $0 + sent }, raw.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN {
        try wait(.writing, until: deadline, "the server took no data in time")
      } else if errno != EINTR {
        throw RedisError(errno: errno, "cannot send")
      }
    }
  }

  private func sendEncrypted(
    _ bytes: [UInt8], until deadline: ContinuousClock.Instant
  ) throws(RedisError) {
    var sent = 0
    while sent < bytes.count {
      guard let outcome = try tls?.send(bytes[sent...]) else { return }
      if case .done(let count) = outcome { sent += count }
      _ = try isDone(outcome, until: deadline, "the server took no data in time")
    }
  }

  /// Waits for bytes and passes them to `body`.
  func receive(
    until deadline: ContinuousClock.Instant, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(RedisError) {
    guard tls == nil else { return try unsafe receiveEncrypted(until: deadline, body) }
    while true {
      try wait(.reading, until: deadline, "the server did not answer in time")
      let outcome = unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) {
        buffer -> (count: Int, code: Int32) in
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        let code = errno
        if count > 0 { unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return (count, code)
      }
      if outcome.count > 0 { return }
      guard outcome.count < 0 else {
        throw RedisError(.connectionLost, "the server closed the connection")
      }
      guard outcome.code == EAGAIN || outcome.code == EINTR else {
        throw RedisError(errno: outcome.code, "cannot receive")
      }
    }
  }

  private func receiveEncrypted(
    until deadline: ContinuousClock.Instant, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(RedisError) {
    // A TLS record has at most 16 KiB.
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      guard let outcome = try tls?.receive(&buffer) else { return }
      if case .done(let count) = outcome {
        guard count > 0 else {
          throw RedisError(.connectionLost, "the server closed the connection")
        }
        unsafe buffer.withUnsafeBytes {
          unsafe body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        return
      }
      _ = try isDone(outcome, until: deadline, "the server did not answer in time")
    }
  }

  private func wait(
    _ interest: Readiness.Interest, until deadline: ContinuousClock.Instant, _ late: String
  ) throws(RedisError) {
    switch Readiness.wait(for: descriptor, interest, until: deadline) {
    case .ready: return
    case .timedOut: throw RedisError(.timeout, late)
    case .failed(let code): throw RedisError(errno: code, "poll failed")
    }
  }
}

extension RedisError {
  /// Creates the error of a failed system call.
  fileprivate init(errno code: Int32, _ what: String) {
    let reason: Reason =
      switch code {
      case ECONNREFUSED, ENOENT, EAGAIN: .refused
      case EHOSTUNREACH, ENETUNREACH, ENETDOWN: .unreachable
      case ETIMEDOUT: .timeout
      case EACCES, EPERM: .permissionDenied
      default: .connectionLost
      }
    self.init(reason, "\(what): \(unsafe String(cString: strerror(code)))")
  }
}
