private import Concurrency
private import Glibc

/// Decompresses files at a limited rate, one after another, on a thread of its own that starts with
/// the first file.
///
/// It retains only both ends of the contents. Memory: two buffers of 128 KB, and 40 KB for gzip or
/// up to 8 MB for zstd.
package actor CompressedFileReader {
  private let executor: ThreadExecutor
  private let share: Double

  /// Creates a reader that uses at most `share` of a processor core.
  package init(share: Double = 0.2) {
    executor = ThreadExecutor(name: "unpack")
    self.share = share
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  private static let bufferSize = 128 << 10

  /// Reads a file to its end and returns both ends of its contents; `progress` is called now and
  /// then with the number of bytes read.
  ///
  /// Ends soon after the calling task is cancelled.
  ///
  /// - Throws: ``DecompressionError``.
  package func edges(
    of path: String, progress: @Sendable (Int64) -> Void = { _ in }
  ) throws(DecompressionError) -> DecompressedEdges {
    let file = try CompressedFile.open(path)
    switch file.format {
    case .gzip: return try read(file, GzipDecoder.make(), progress)
    case .zstd: return try read(file, ZstdDecoder.make(), progress)
    }
  }

  private func read<Decoder: StreamDecoder & ~Copyable>(
    _ file: consuming CompressedFile, _ decoder: consuming Decoder, _ progress: (Int64) -> Void
  ) throws(DecompressionError) -> DecompressedEdges {
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.bufferSize)
    let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.bufferSize)
    defer {
      unsafe input.deallocate()
      unsafe output.deallocate()
    }
    var edges = DecompressedEdges()
    var pace = ReadingPace(share: share)
    pace.begin()
    while case let count = try unsafe file.read(into: input), count > 0 {
      var rest = unsafe UnsafeBufferPointer(input)[..<count]
      var isFull = false
      while unsafe !rest.isEmpty || isFull {
        guard !Task.isCancelled else { throw .cancelled }
        let step = try unsafe decoder.decode(UnsafeBufferPointer(rebasing: rest), into: output)
        isFull = step.given == output.count
        unsafe rest = rest.dropFirst(step.taken)
        unsafe edges.append(output.span.extracting(first: step.given))
        pace.rest()
      }
      progress(file.position)
    }
    try file.checkUnchanged()
    guard decoder.isAtEnd else { throw .cutShort }
    return edges
  }
}
