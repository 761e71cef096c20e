private import CLinux

/// The pages of the heap.
package enum HeapPages {
  /// Gives those that hold nothing back to the system; takes some milliseconds.
  ///
  /// glibc by itself only gives back what lies at the end, which after much work is rarely free.
  package static func release() { tocsin_trim_heap() }
}
