private import CZlib

/// One gzip member that is produced incrementally.
@safe final class GzipStream {
  private let stream: UnsafeMutablePointer<z_stream>

  /// Returns nil if zlib has no memory.
  init?() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let windowBitsOfGzip: Int32 = 15 + 16
    guard
      unsafe deflateInit2_(
        stream, Gzip.level, Z_DEFLATED, windowBitsOfGzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      unsafe stream.deallocate()
      return nil
    }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The compressed bytes that are ready after `bytes` were added: possibly none, and all that
  /// remain if `isLast`.
  func compress(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    // More than what zlib holds back of earlier calls.
    let bound = unsafe Int(deflateBound(stream, UInt(bytes.count))) + (256 << 10)
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      let before = unsafe stream.pointee.total_out
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        _ = unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
      }
      count = unsafe Int(stream.pointee.total_out - before)
    }
  }
}
