import Glibc
import Synchronization

/// Loopback ports for throwaway servers.
package enum FreePort {
  private static let given = Mutex<Set<Int>>([])

  /// Returns a TCP port that is closed on 127.0.0.1, never the same one twice in a test run.
  ///
  /// It lies below the range that the kernel uses for outgoing connections, so that none of them
  /// can take it before the server does.
  package static func next() throws -> Int {
    for _ in 0..<1_000 {
      let port = Int.random(in: 12_000..<32_000)
      let isNew = given.withLock { $0.insert(port).inserted }
      if isNew, canBind(port) { return port }
    }
    throw ChildProcessError(reason: "no free loopback port found in 1000 tries", output: "")
  }

  /// Whether a loopback port accepts TCP connections.
  package static func accepts(_ port: Int) -> Bool {
    withSocket { file in unsafe call(connect, file, port) == 0 }
  }

  private static func canBind(_ port: Int) -> Bool {
    withSocket { file in unsafe call(bind, file, port) == 0 }
  }

  private static func withSocket(_ body: (Int32) -> Bool) -> Bool {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { return false }
    defer { close(file) }
    return body(file)
  }

  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ file: Int32, _ port: Int
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe function(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
