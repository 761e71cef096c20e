private import CZlib

/// Compresses answers.
enum Gzip {
  /// Shorter bodies fit into one packet anyway.
  static let minimumBytes = 1 << 10

  /// zlib's fastest level: an exposition of 10,000 series (790 KB) shrinks to 13 % in 3 ms; the default level
  /// takes three times as long to reach 10 %.
  static let level: Int32 = 1

  /// The bytes as one gzip member; nil when zlib has no memory.
  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = unsafe z_stream()
    let windowBitsOfGzip: Int32 = 15 + 16
    guard
      unsafe deflateInit2_(
        &stream, level, Z_DEFLATED, windowBitsOfGzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(&stream) }
    let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    var isComplete = false
    let result = unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        isComplete = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
      }
      count = unsafe Int(stream.total_out)
    }
    return isComplete ? result : nil
  }
}
