private import Glibc

/// Why a compressed file could not be read to its end.
package enum DecompressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file ends in the middle of the compressed data.
  case cutShort
  /// The data are corrupt; contains the library's message.
  case damaged(String)
  /// The file needs more memory than allowed: it was made with `zstd --long` or `--ultra`.
  case windowTooLarge(limit: Int)
  /// The file has none of the supported formats.
  case unknownFormat
  /// The file changed while it was read.
  case changed
  /// The system could not open or read the file.
  case unreadable(errno: Int32)
  /// The library could not allocate memory.
  case noMemory
  /// The reader was cancelled.
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
