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
}
