private import CMicroHTTPD

/// A response body that is produced while it is sent.
///
/// libmicrohttpd asks for the next chunk when the client has taken the last one, so that at most
/// one chunk of a large body is in memory. The source of the chunks is released when the last byte
/// is sent or the client disconnects.
final class ChunkedBody {
  private let parts: HTTPResponse.Parts
  private let gzip: GzipStream?
  private let core: ServerCore
  private var part: [UInt8]
  private var position = 0
  private var number = 0
  private var isOver = false

  init(_ response: HTTPResponse, _ parts: @escaping HTTPResponse.Parts, _ core: ServerCore) {
    self.parts = parts
    self.core = core
    gzip = response.compressesParts ? GzipStream() : nil
    part = gzip?.compress(response.body, isLast: false) ?? response.body
  }

  /// The largest number of bytes that is handed to libmicrohttpd at a time.
  private static let pieceSize = 64 << 10
  private static let unknownSize = UInt64.max
  private static let endOfStream = -1

  /// A libmicrohttpd response that retains this body; nil if memory is exhausted.
  func makeResponse() -> OpaquePointer? {
    let body = unsafe Unmanaged.passRetained(self)
    let response = unsafe MHD_create_response_from_callback(
      Self.unknownSize, Self.pieceSize,
      { context, _, piece, size in
        guard let context = unsafe context, let piece = unsafe piece else { return -1 }
        let body = unsafe Unmanaged<ChunkedBody>.fromOpaque(context).takeUnretainedValue()
        return unsafe body.copy(to: UnsafeMutableRawBufferPointer(start: piece, count: size))
      }, body.toOpaque(),
      { context in
        if let context = unsafe context {
          unsafe Unmanaged<ChunkedBody>.fromOpaque(context).release()
        }
      })
    if unsafe response == nil { unsafe body.release() }
    return unsafe response
  }

  /// Copies as many bytes as fit into `piece`; returns their number, or libmicrohttpd's end mark.
  private func copy(to piece: UnsafeMutableRawBufferPointer) -> Int {
    while position == part.count {
      if isOver { return Self.endOfStream }
      advance()
    }
    let count = min(piece.count, part.count - position)
    unsafe part.withUnsafeBytes { bytes in
      unsafe piece.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)]))
    }
    position += count
    core.count { $0.bodyBytes += count }
    return count
  }

  private func advance() {
    position = 0
    if let next = parts(number) {
      number += 1
      part = gzip?.compress(next, isLast: false) ?? next
    } else {
      isOver = true
      part = gzip?.compress([], isLast: true) ?? []
    }
  }
}
