private import CMicroHTTPD

/// A complete response body while it is sent.
///
/// libmicrohttpd asks for the next part when the client has taken the last one, so that a large
/// body is in memory only once. It is released when the last byte is sent or the client
/// disconnects.
final class ResponseBody {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The largest number of bytes that is handed to libmicrohttpd at a time.
  private static let partSize = 64 << 10

  /// A libmicrohttpd response that retains this body; nil if memory is exhausted.
  func makeResponse() -> OpaquePointer? {
    let body = unsafe Unmanaged.passRetained(self)
    let response = unsafe MHD_create_response_from_callback(
      UInt64(bytes.count), max(1, min(bytes.count, Self.partSize)),
      { context, position, part, size in
        guard let context = unsafe context, let part = unsafe part else { return -1 }
        let body = unsafe Unmanaged<ResponseBody>.fromOpaque(context).takeUnretainedValue()
        return unsafe body.copy(
          from: Int(position), to: UnsafeMutableRawBufferPointer(start: part, count: size))
      }, body.toOpaque(),
      { context in
        if let context = unsafe context {
          unsafe Unmanaged<ResponseBody>.fromOpaque(context).release()
        }
      })
    if unsafe response == nil { unsafe body.release() }
    return unsafe response
  }

  /// Copies as many bytes as fit into `part`; returns their number.
  private func copy(from position: Int, to part: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(part.count, bytes.count - position)
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe part.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)]))
    }
    return count
  }
}
