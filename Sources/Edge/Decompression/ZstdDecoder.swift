private import CZstd

/// Decodes zstd with its own library, which verifies the checksum of each frame that has one.
///
/// It uses the window of the frame and 150 KB: 2 MB for `zstd`'s default level, 8 MB with `-19`.
@safe struct ZstdDecoder: ~Copyable, StreamDecoder {
  /// The largest accepted window, as a power of two: 8 MB, enough for all levels but `--ultra`.
  static let windowLogLimit: Int32 = 23

  private let context: OpaquePointer
  private(set) var isAtEnd = false

  private init(adopting context: OpaquePointer) {
    unsafe self.context = context
  }

  static func make() throws(DecompressionError) -> ZstdDecoder {
    guard let context = unsafe ZSTD_createDStream() else { throw .noMemory }
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogLimit)
    return unsafe ZstdDecoder(adopting: context)
  }

  deinit {
    unsafe ZSTD_freeDStream(context)
  }

  mutating func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> (taken: Int, given: Int) {
    // At the end of a frame the library would wait for the next one.
    if isAtEnd, input.isEmpty { return (0, 0) }
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = unsafe ZSTD_decompressStream(context, &target, &source)
    guard ZSTD_isError(result) == 0 else {
      switch ZSTD_getErrorCode(result) {
      case ZSTD_error_frameParameter_windowTooLarge:
        throw .windowTooLarge(limit: 1 << Int(Self.windowLogLimit))
      case ZSTD_error_memory_allocation: throw .noMemory
      default: throw .damaged(unsafe String(cString: ZSTD_getErrorName(result)))
      }
    }
    isAtEnd = result == 0
    return unsafe (source.pos, target.pos)
  }
}
