private import CZlib

/// Decodes gzip with zlib, which verifies the length and the checksum of each member. It uses 40
/// KB.
///
/// A file may have several members, as from `cat a.gz b.gz` and pigz. Zeros after the last one are
/// skipped as `gzip` does; any other trailing data is an error.
@safe struct GzipDecoder: ~Copyable, StreamDecoder {
  private enum Place {
    case start, member, between, padding
  }

  /// The stream, allocated because zlib retains its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var place = Place.start

  var isAtEnd: Bool { place == .between || place == .padding }

  private init(adopting stream: UnsafeMutablePointer<z_stream>) {
    unsafe self.stream = stream
  }

  static func make() throws(DecompressionError) -> GzipDecoder {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let windowBitsOfGzip: Int32 = 15 + 16
    guard
      unsafe inflateInit2_(
        stream, windowBitsOfGzip, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      unsafe stream.deallocate()
      throw .noMemory
    }
    return unsafe GzipDecoder(adopting: stream)
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  mutating func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> (taken: Int, given: Int) {
    if isAtEnd {
      let zeros = unsafe input.prefix { $0 == 0 }.count
      if zeros > 0 {
        place = .padding
        return (zeros, 0)
      }
      guard !input.isEmpty else { return (0, 0) }
      guard place == .between else { throw .damaged("something follows the last member") }
      unsafe inflateReset(stream)
    }
    place = .member
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    unsafe stream.pointee.avail_in = UInt32(input.count)
    unsafe stream.pointee.next_out = output.baseAddress
    unsafe stream.pointee.avail_out = UInt32(output.count)
    switch unsafe inflate(stream, Z_NO_FLUSH) {
    // Z_BUF_ERROR means that there was nothing to do.
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: place = .between
    case Z_MEM_ERROR: throw .noMemory
    default:
      throw .damaged(unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "unknown")
    }
    return unsafe (
      input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out)
    )
  }
}
