/// Undoes a compression piece by piece.
protocol StreamDecoder: ~Copyable {
  /// Whether the data may end here: behind a whole member or frame.
  var isAtEnd: Bool { get }

  /// Decodes some of `input` into `output`, as far as either goes; tells how many bytes it took and
  /// gave. It is to be called again, with what is left, as long as the output comes back full.
  mutating func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> (taken: Int, given: Int)
}
