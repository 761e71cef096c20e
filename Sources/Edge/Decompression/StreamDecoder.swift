/// An incremental decompressor.
protocol StreamDecoder: ~Copyable {
  /// Whether the data may end here: after a complete member or frame.
  var isAtEnd: Bool { get }

  /// Decodes input into output until either is exhausted; returns the numbers of bytes read and
  /// written.
  ///
  /// Call it again with the rest of the input as long as the output is full.
  mutating func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> (taken: Int, given: Int)
}
