// The module to which the compiler attributes `pthread_attr_t` depends on the first header read.
private import CLinux
import Glibc

/// Starts detached threads. Every thread of the program that no library starts is started here.
package enum DetachedThread {
  /// A stack size in bytes, enough for libpq with TLS and for getaddrinfo, which need far less than
  /// the usual 8 MB.
  package static let smallStackSize = 512 << 10

  /// Runs `body` on a new thread. Returns false if the system could not start one. Without a size
  /// the stack has the usual one.
  package static func start(
    name: String, stackSize: Int? = smallStackSize, _ body: @escaping @Sendable () -> Void
  ) -> Bool {
    let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
    let isStarted = unsafe start(argument: work.toOpaque(), stackSize)
    if !isStarted { unsafe work.release() }
    return isStarted
  }

  private static func start(argument: UnsafeMutableRawPointer, _ stackSize: Int?) -> Bool {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    if let stackSize { unsafe pthread_attr_setstacksize(&attributes, stackSize) }
    var thread = pthread_t()
    return unsafe pthread_create(&thread, &attributes, runWork, argument) == 0
  }
}

private final class Work: Sendable {
  private let name: String
  private let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    nameThisThread()
    body()
  }

  /// Sets the name of the thread; Linux shows the first 15 bytes, for example in `top -H`.
  private func nameThisThread() {
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var bytes = String(name.prefix(15))
    _ = bytes.withUTF8 { unsafe write(file, $0.baseAddress, $0.count) }
  }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
