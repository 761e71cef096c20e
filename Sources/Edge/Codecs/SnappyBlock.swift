private import CSnappy

/// The block format of Snappy, which remote-write requests use.
package enum SnappyBlock {
  /// Why bytes cannot be decompressed.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The decompressed block would exceed the limit.
    case tooLong(bytes: Int, limit: Int)
    /// The bytes are not a Snappy block.
    case corrupt

    package var description: String {
      switch self {
      case .tooLong(let bytes, let limit):
        "snappy: the block of \(bytes) bytes is over the limit of \(limit)"
      case .corrupt: "snappy: corrupt input"
      }
    }
  }

  /// The largest ratio of output to input: an element of three bytes produces at most 64 bytes.
  private static let maxGrowth = 22

  /// Decompresses a block to at most `limit` bytes.
  ///
  /// - Throws: ``Failure``, before memory is allocated for a length that the input cannot produce.
  /// - Complexity: O(length of the result).
  package static func decompress(
    _ input: Span<UInt8>, limit: Int
  ) throws(Failure) -> [UInt8] {
    let length = try declaredLength(of: input)
    guard length <= limit else { throw .tooLong(bytes: length, limit: limit) }
    guard length <= input.count * maxGrowth else { throw .corrupt }
    var status = SNAPPY_INVALID_INPUT
    let output = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      unsafe input.withUnsafeBytes { bytes in
        // An empty result has no address, but the library needs one.
        var nothing: CChar = 0
        var written = length
        let source = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        unsafe withUnsafeMutablePointer(to: &nothing) { fallback in
          let target = unsafe buffer.baseAddress.map {
            unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: CChar.self)
          }
          status = unsafe snappy_uncompress(source, bytes.count, target ?? fallback, &written)
        }
        count = status == SNAPPY_OK ? written : 0
      }
    }
    guard status == SNAPPY_OK, output.count == length else { throw .corrupt }
    return output
  }

  private static func declaredLength(of input: Span<UInt8>) throws(Failure) -> Int {
    guard !input.isEmpty else { throw .corrupt }
    var length = 0
    let status = unsafe input.withUnsafeBytes { bytes in
      unsafe snappy_uncompressed_length(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &length)
    }
    guard status == SNAPPY_OK else { throw .corrupt }
    return length
  }

  /// Compresses bytes into a block.
  ///
  /// - Complexity: O(bytes).
  package static func compress(_ input: [UInt8]) -> [UInt8] {
    var length = snappy_max_compressed_length(input.count)
    let output = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      unsafe input.withUnsafeBytes { bytes in
        let status = unsafe snappy_compress(
          bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
          UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self),
          &length)
        precondition(status == SNAPPY_OK, "a buffer of the maximal length is large enough")
        count = length
      }
    }
    // Blocks wait in queues: this releases the unused part of the buffer.
    return Array(output[...])
  }
}
