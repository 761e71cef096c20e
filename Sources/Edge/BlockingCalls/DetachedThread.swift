import Glibc

/// Starts threads that nobody joins.
package enum DetachedThread {
  /// Bytes of stack: libpq with TLS and getaddrinfo need far less than the usual 8 MB.
  static let stackSize = 512 << 10

  /// Runs `body` on a new thread; false if the system gave none.
  package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
    let isStarted = unsafe start(argument: work.toOpaque())
    if !isStarted { unsafe work.release() }
    return isStarted
  }

  private static func start(argument: UnsafeMutableRawPointer) -> Bool {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
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

  /// Linux shows the first 15 bytes, for instance in `top -H`.
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
