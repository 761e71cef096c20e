/// A supported format of compressed files.
package enum CompressionFormat: Sendable, Hashable {
  /// RFC 1952, one member or several.
  case gzip
  /// RFC 8878, one frame or several.
  case zstd

  /// Detects the format by the first bytes of a file, of which four are enough; returns nil for
  /// anything else.
  package init?(head: [UInt8]) {
    if head.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      // A skippable frame: pzstd and other tools begin with one.
      || head.count >= 4 && head[0] & 0xF0 == 0x50 && head[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    {
      self = .zstd
    } else {
      return nil
    }
  }
}
