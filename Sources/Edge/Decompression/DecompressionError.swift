private import Glibc

/// Why a compressed file could not be read to its end.
package enum DecompressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file ends in the middle of the compressed data.
  case cutShort
  /// The data contradict themselves; the library's own words.
  case damaged(String)
  /// To read it would take more memory than is granted: `zstd --long` or `--ultra` made it.
  case windowTooLarge(limit: Int)
  /// It begins like none of the formats that are known.
  case unknownFormat
  /// It grew, shrank or was written to meanwhile.
  case changed
  /// The system refused to open or read it.
  case unreadable(errno: Int32)
  /// There is no memory for the library.
  case noMemory
  /// The reader was told to stop.
  case cancelled

  package var description: String {
    switch self {
    case .cutShort: "it ends in the middle of the compressed data"
    case .damaged(let words): "the compressed data are damaged: \(words)"
    case .windowTooLarge(let limit):
      "it needs a window of more than \(limit >> 20) MB (zstd --long or --ultra)"
    case .unknownFormat: "it is neither gzip nor zstd"
    case .changed: "it was written to while it was read"
    case .unreadable(let errno): "it cannot be read: \(unsafe String(cString: strerror(errno)))"
    case .noMemory: "there is no memory to read it"
    case .cancelled: "the reader was stopped"
    }
  }
}
