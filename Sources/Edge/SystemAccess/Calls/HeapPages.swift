private import CLinux

/// The pages of the heap.
package enum HeapPages {
  /// Gives those that hold nothing back to the system; takes some milliseconds.
  ///
  /// glibc by itself only gives back what lies at the end, which after much work is rarely free.
  package static func release() { tocsin_trim_heap() }

  /// Lets all threads share what any of them gave back, from now on.
  ///
  /// glibc makes an arena for nearly every thread, and each keeps the most that its thread ever used.
  /// Worth it where threads take turns rather than compete for memory.
  package static func share() { tocsin_share_arena() }

  /// Has every small piece that is given back joined with its neighbours at once, from now on.
  ///
  /// glibc by itself keeps them apart, and joins all of them inside of some later allocation: after a million
  /// small ones that takes a third of a second, for which all threads of the arena wait.
  package static func joinAtOnce() { tocsin_join_freed() }
}

/// Gives back pages of the heap when there is something to gain.
///
/// Looking for them takes longer the more memory is in use, and meanwhile who needs memory waits.
package struct HeapTrimming: Sendable {
  /// What a process must have grown by, in parts of what it had and in pages.
  private static let growth: UInt64 = 8
  private static let pages: UInt64 = 4096

  private var settled: UInt64 = 0

  package init() {}

  /// Gives back what the heap does not use, if the process has grown clearly since the last time.
  package mutating func releaseIfGrown() {
    guard let now = Self.residentPages else { return HeapPages.release() }
    guard isWorthIt(residentPages: now) else { return }
    HeapPages.release()
    settle(residentPages: Self.residentPages ?? now)
  }

  /// Whether so many resident pages are clearly more than after the last time.
  func isWorthIt(residentPages: UInt64) -> Bool {
    settled == 0 || residentPages > settled + settled / Self.growth + Self.pages
  }

  /// Notes what is left.
  mutating func settle(residentPages: UInt64) { settled = residentPages }

  private static var residentPages: UInt64? {
    var file = ReadBuffer(capacity: 256)
    guard (try? file.read(path: "/proc/self/statm")) != nil else { return nil }
    var line = ByteScanner(file.span, file: "self/statm")
    guard line.skipField() else { return nil }
    return try? line.unsigned("resident")
  }
}
