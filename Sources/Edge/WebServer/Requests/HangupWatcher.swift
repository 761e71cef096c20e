private import Concurrency
private import CLinux
import Glibc
import Synchronization

/// Detects clients that close their connection while a handler still works for them.
///
/// libmicrohttpd does not watch suspended connections, so one thread here watches the sockets of
/// running requests and sleeps until a client hangs up. A socket is watched only while its
/// connection is suspended, which prevents libmicrohttpd from closing it. As in Go's server, a
/// client that closes its sending half counts as gone. This costs two system calls per request.
final class HangupWatcher: Sendable {
  /// Identifies a watched socket.
  struct Ticket: Hashable, Sendable {
    fileprivate let id: UInt64
  }

  private struct Watch {
    let file: Int32
    let onHangup: @Sendable () -> Void
  }

  private struct State {
    var watches: [UInt64: Watch] = [:]
    var nextID = alarmID + 1
  }

  private static let alarmID: UInt64 = 0

  private let epoll: Int32
  private let alarm: Int32
  private let state = Mutex(State())

  /// Starts the watcher's thread; returns nil if the system has no file descriptor or thread left.
  /// Clients that disconnect are then detected only when their response is sent.
  static func start() -> HangupWatcher? {
    let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    let alarm = eventfd(0, Int32(EFD_CLOEXEC))
    guard epoll >= 0, alarm >= 0, tocsin_epoll_add(epoll, alarm, 1, alarmID) == 0 else {
      if epoll >= 0 { close(epoll) }
      if alarm >= 0 { close(alarm) }
      return nil
    }
    let watcher = HangupWatcher(epoll: epoll, alarm: alarm)
    guard DetachedThread.start(name: "http-hangups", { watcher.run() }) else { return nil }
    return watcher
  }

  private init(epoll: Int32, alarm: Int32) {
    self.epoll = epoll
    self.alarm = alarm
  }

  /// The thread retains the watcher, so that no other thread uses the descriptors here.
  deinit {
    close(epoll)
    close(alarm)
  }

  /// Ends the thread; sockets that are still watched are dropped.
  func stop() {
    var one: UInt64 = 1
    _ = unsafe write(alarm, &one, MemoryLayout<UInt64>.size)
  }

  /// Calls `onHangup` on the watcher's thread if the socket's client goes away before `unwatch`.
  func watch(_ file: Int32, onHangup: @escaping @Sendable () -> Void) -> Ticket? {
    state.withLock { state in
      let id = state.nextID
      guard tocsin_epoll_add(epoll, file, 0, id) == 0 else { return nil }
      state.nextID += 1
      state.watches[id] = Watch(file: file, onHangup: onHangup)
      return Ticket(id: id)
    }
  }

  /// Ends the watch of a socket, which must not be closed before this returns.
  func unwatch(_ ticket: Ticket) {
    _ = take(ticket.id)
  }

  private func take(_ id: UInt64) -> Watch? {
    state.withLock { state in
      guard let watch = state.watches.removeValue(forKey: id) else { return nil }
      _ = tocsin_epoll_remove(epoll, watch.file)
      return watch
    }
  }

  private func run() {
    var id = Self.alarmID
    while true {
      let count = unsafe tocsin_epoll_next(epoll, &id)
      if count == 0 { continue }
      guard count > 0, id != Self.alarmID else { return }
      take(id)?.onHangup()
    }
  }
}
