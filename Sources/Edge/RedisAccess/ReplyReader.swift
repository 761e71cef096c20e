private import CHiredis

/// The owner of one `redisReader`, hiredis' incremental parser of replies.
@safe struct ReplyReader: ~Copyable {
  private let raw: UnsafeMutablePointer<redisReader>

  /// Creates a parser; returns nil if memory is exhausted.
  init?() {
    guard let raw = unsafe redisReaderCreate() else { return nil }
    unsafe self.raw = raw
  }

  deinit {
    unsafe redisReaderFree(raw)
  }

  /// Adds bytes from the server.
  func feed(_ bytes: UnsafeRawBufferPointer) {
    unsafe redisReaderFeed(raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  /// The next complete reply; nil if more bytes are needed.
  func next() throws(RedisError) -> RedisReply? {
    var object: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(raw, &object) == REDIS_OK else {
      throw RedisError(.protocolViolation, errorText)
    }
    guard let object = unsafe object else { return nil }
    defer { unsafe freeReplyObject(object) }
    return unsafe RedisReply(copying: object.assumingMemoryBound(to: redisReply.self))
  }

  private var errorText: String {
    unsafe withUnsafeBytes(of: raw.pointee.errstr) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

extension RedisReply {
  fileprivate init(copying raw: UnsafePointer<redisReply>) {
    let reply = unsafe raw.pointee
    switch unsafe reply.type {
    case REDIS_REPLY_STRING: self = unsafe .string(Self.bytes(reply))
    case REDIS_REPLY_STATUS:
      self = unsafe .status(String(decoding: Self.bytes(reply), as: UTF8.self))
    case REDIS_REPLY_ERROR: self = unsafe .error(String(decoding: Self.bytes(reply), as: UTF8.self))
    case REDIS_REPLY_INTEGER: self = unsafe .integer(reply.integer)
    case REDIS_REPLY_ARRAY:
      self = .array(
        unsafe (0..<Int(reply.elements)).map { index in
          guard let element = unsafe reply.element[index] else { return .null }
          return unsafe RedisReply(copying: element)
        })
    default: self = .null
    }
  }

  private static func bytes(_ reply: redisReply) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)))
  }
}
