private import CMicroHTTPD
import Glibc
import Synchronization

/// One step of an exchange on libmicrohttpd's thread.
@safe struct RequestHandling {
  let core: ServerCore
  let exchange: HTTPExchange
  private let connection: OpaquePointer

  /// The number of bytes of an oversized body that are read and discarded, so that the client can
  /// read the response; after that the connection is closed.
  static let maxDiscardedBodyBytes = 16 << 20

  init(core: ServerCore, connection: OpaquePointer, exchange: HTTPExchange) {
    self.core = core
    self.exchange = exchange
    unsafe self.connection = connection
  }

  /// Continues the exchange; returns false if the connection must be closed.
  func advance(method: String, bodyPart: UnsafeRawBufferPointer) -> Bool {
    let phase = exchange.phase.withLock { phase in
      let current = phase
      // Releases the phase's reference, so that appending the next part does not copy the body.
      if case .receiving = current { phase = .fresh }
      return current
    }
    switch phase {
    case .fresh: return begin(HTTPMethod(rawValue: method))
    case .receiving(let inbound):
      guard unsafe bodyPart.isEmpty else { return unsafe receive(bodyPart, inbound) }
      return complete(inbound)
    case .ready(let response): return answer(response)
    case .running, .answered: return false
    }
  }

  private func begin(_ method: HTTPMethod) -> Bool {
    guard unsafe tocsin_mhd_header_size(connection) <= core.limits.maxHeaderBytes else {
      core.count { $0.rejectedTooLarge += 1 }
      return answer(
        .text("431 headers over the limit of \(core.limits.maxHeaderBytes) bytes\n", status: 431))
    }
    var inbound = HTTPExchange.Inbound(method: method, headers: headers())
    inbound.refusal = core.security?().refusal(of: inbound.headers)
    let announced = inbound.headers["Content-Length"].flatMap { Int($0) } ?? 0
    if announced > core.limits.maxBodyBytes { inbound.refusal = inbound.refusal ?? tooLarge() }
    if let refusal = inbound.refusal {
      let waitsForConsent = inbound.headers["Expect"] != nil
      if waitsForConsent || announced > Self.maxDiscardedBodyBytes { return answer(refusal) }
    }
    exchange.phase.withLock { $0 = .receiving(inbound) }
    return true
  }

  private func receive(_ part: UnsafeRawBufferPointer, _ inbound: consuming HTTPExchange.Inbound)
    -> Bool
  {
    inbound.bodyBytesSeen += part.count
    guard inbound.bodyBytesSeen <= max(Self.maxDiscardedBodyBytes, core.limits.maxBodyBytes) else {
      if inbound.refusal == nil { _ = tooLarge() }
      return false
    }
    if inbound.bodyBytesSeen > core.limits.maxBodyBytes {
      inbound.refusal = inbound.refusal ?? tooLarge()
    }
    if inbound.refusal != nil {
      inbound.body = []
    } else {
      unsafe inbound.body.append(contentsOf: part)
    }
    exchange.phase.withLock { [inbound] in $0 = .receiving(inbound) }
    return true
  }

  private func complete(_ inbound: HTTPExchange.Inbound) -> Bool {
    if let refusal = inbound.refusal { return answer(refusal) }
    let request: HTTPRequest
    do {
      request = try HTTPRequest(
        method: inbound.method, target: exchange.target, headers: inbound.headers,
        body: inbound.body, remoteAddress: remoteAddress())
    } catch {
      core.count { $0.rejectedMalformed += 1 }
      return answer(.text("400 bad request: \(error)\n", status: 400))
    }
    if let refusal = core.admit(exchange) { return answer(refusal) }
    exchange.phase.withLock { $0 = .running(HTTPExchange.Running()) }
    unsafe MHD_suspend_connection(connection)
    core.run(request, exchange)
    return true
  }

  /// Counts a body above the limit and returns the response to it.
  private func tooLarge() -> HTTPResponse {
    core.count { $0.rejectedTooLarge += 1 }
    return .text("413 body over the limit of \(core.limits.maxBodyBytes) bytes\n", status: 413)
  }

  // MARK: - The answer

  private static let noSniffing = "X-Content-Type-Options"
  private static let ownHeaders = ["Content-Length", "Transfer-Encoding", "Date"]

  private func answer(_ response: HTTPResponse) -> Bool {
    exchange.phase.withLock { $0 = .answered }
    let status = (200...599).contains(response.status) ? response.status : 500
    let body = status == 204 || status == 304 ? [] : response.body
    let isWhole = response.parts == nil || status == 204 || status == 304
    let made =
      if !isWhole, let parts = response.parts {
        unsafe ChunkedBody(response, parts, core).makeResponse()
      } else {
        unsafe ResponseBody(body).makeResponse()
      }
    guard let made = unsafe made else { return false }
    defer { unsafe MHD_destroy_response(made) }
    for field in response.headers.fields {
      // Fields with line breaks, with which a client could forge an answer, are refused by
      // libmicrohttpd.
      if Self.ownHeaders.contains(where: { HTTPHeaders.isSame($0, field.name) }) { continue }
      _ = unsafe MHD_add_response_header(made, field.name, field.value)
    }
    for field in core.security?().headers.fields ?? []
    where response.headers[field.name] == nil && !HTTPHeaders.isSame(field.name, Self.noSniffing) {
      _ = unsafe MHD_add_response_header(made, field.name, field.value)
    }
    _ = unsafe MHD_add_response_header(made, Self.noSniffing, "nosniff")
    core.count { counters in
      counters.responses[status, default: 0] += 1
      // Chunks are counted when they are produced.
      if isWhole { counters.bodyBytes += body.count }
    }
    return unsafe MHD_queue_response(connection, UInt32(status), made) == .YES
  }

  // MARK: - The request

  private func headers() -> HTTPHeaders {
    var headers = HTTPHeaders()
    unsafe withUnsafeMutablePointer(to: &headers) { pointer in
      _ = unsafe MHD_get_connection_values(
        connection, .HEADER_KIND,
        { context, _, name, value in
          guard let name = unsafe name else { return .YES }
          unsafe context?.assumingMemoryBound(to: HTTPHeaders.self).pointee.append(
            String(cString: name), value.map { unsafe String(cString: $0) } ?? "")
          return .YES
        }, pointer)
    }
    return headers
  }

  private func remoteAddress() -> String {
    guard let address = unsafe tocsin_mhd_client(connection) else { return "" }
    let isIPv6 = unsafe Int32(address.pointee.sa_family) == AF_INET6
    let length = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = unsafe getnameinfo(
      address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
    guard status == 0 else { return "" }
    let text = String(
      decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // An IPv4 client of a dual-stack socket.
    return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
  }
}
