private import CMicroHTTPD

/// A body that is made while it is sent: libmicrohttpd asks for more when the client has taken what there was, so that of a large
/// body no more than a part stands in memory. What it is made of is released when the last byte is sent or the client goes away.
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

  /// The most that is handed over at a time.
  private static let pieceSize = 64 << 10
  private static let unknownSize = UInt64.max
  private static let endOfStream = -1

  /// A response that keeps the body alive; nil when there is no memory.
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

  /// Copies as much as fits; the number of bytes, or the end.
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
