private import CLinux

/// Settings and trimming of glibc's heap.
package enum HeapPages {
  /// Returns unused pages to the system; takes some milliseconds.
  ///
  /// glibc by itself only returns the end of the heap, which is rarely free after a lot of work.
  package static func release() { tocsin_trim_heap() }

  /// Makes all threads share one arena from now on.
  ///
  /// glibc makes an arena for nearly every thread, and each holds the most that its thread ever
  /// used. A shared arena suits threads that take turns rather than compete for memory.
  package static func share() { tocsin_share_arena() }

  /// Makes glibc merge each freed small block with its neighbours at once, from now on.
  ///
  /// By default glibc stores small blocks separately and merges all of them during a later
  /// allocation: after a million blocks that takes a third of a second, for which all threads of
  /// the arena wait.
  package static func joinAtOnce() { tocsin_join_freed() }
}

/// Returns unused heap pages to the system when the process has grown.
///
/// Trimming takes longer the more memory is in use, and allocations wait for it.
package struct HeapTrimming: Sendable {
  /// The minimum growth before a trim: an eighth of the resident pages, plus 4096 pages.
  private static let growth: UInt64 = 8
  private static let pages: UInt64 = 4096

  private var lastPages: UInt64 = 0

  package init() {}

  /// Returns unused pages if the process has clearly grown since the last trim.
  package mutating func releaseIfGrown() {
    guard let now = Self.residentPages else { return HeapPages.release() }
    guard isWorthIt(residentPages: now) else { return }
    HeapPages.release()
    record(residentPages: Self.residentPages ?? now)
  }

  /// Whether the number of resident pages has clearly grown since the last trim.
  func isWorthIt(residentPages: UInt64) -> Bool {
    lastPages == 0 || residentPages > lastPages + lastPages / Self.growth + Self.pages
  }

  /// Records the number of resident pages after a trim.
  mutating func record(residentPages: UInt64) { lastPages = residentPages }

  private static var residentPages: UInt64? {
    var file = ReadBuffer(capacity: 256)
    guard (try? file.read(path: "/proc/self/statm")) != nil else { return nil }
    var line = ByteScanner(file.span, file: "self/statm")
    guard line.skipField() else { return nil }
    return try? line.unsigned("resident")
  }
}
