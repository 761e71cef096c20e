import Glibc
import TestSupport

/// A client's TCP connection that can violate HTTP.
final class RawConnection: Sendable {
  private let file: Int32

  init(port: Int) throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      throw ChildProcessError(reason: "cannot connect to port \(port): errno \(errno)", output: "")
    }
  }

  deinit { close(file) }

  /// Closes the sending half, as `nc -N` does.
  func stopSending() { shutdown(file, Int32(SHUT_WR)) }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends bytes; a server that has closed the connection is not an error here.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes[sent...].withUnsafeBytes { part in
        unsafe Glibc.send(file, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Reads until the text contains the marker, or the server closes the connection.
  ///
  /// It never blocks: the server's handlers need the few threads that tests run on.
  func read(until marker: String? = nil) async throws -> String {
    var text = ""
    var bytes: [UInt8] = []
    try? await eventually("the server answers") {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = unsafe recv(file, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return false }
        guard count > 0 else { return true }
        bytes += buffer[..<count]
        text = String(decoding: bytes, as: UTF8.self)
        if let marker, text.contains(marker) { return true }
      }
    }
    return text
  }
}
