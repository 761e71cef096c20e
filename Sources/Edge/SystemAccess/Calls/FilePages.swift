private import CLinux

/// The unmodified pages of this program and its libraries.
package enum FilePages {
  /// Removes them from resident memory; pages in use are read again from the page cache. Returns
  /// the number of bytes released.
  ///
  /// Only read-only mappings without modified pages are released, so no data is lost.
  @discardableResult
  package static func release() -> UInt64 {
    var file = ReadBuffer(capacity: 65_536)
    guard (try? file.read(path: "/proc/self/smaps")) != nil else { return 0 }
    var released: UInt64 = 0
    for mapping in mappings(in: file.span) where mapping.isReadOnlyFile && mapping.ownBytes == 0 {
      let start = UInt(mapping.range.lowerBound)
      if tocsin_release_pages(start, UInt(mapping.range.count)) == 0 {
        released &+= mapping.residentBytes
      }
    }
    return released
  }

  /// An entry of `smaps`.
  struct Mapping: Hashable, Sendable {
    var range: Range<UInt64>
    /// Whether it maps a file, privately and read-only.
    var isReadOnlyFile: Bool
    var residentBytes: UInt64 = 0
    /// Bytes of pages that differ from the file; the maximum until it is known.
    var ownBytes = UInt64.max
  }

  /// Reads the entries; one that cannot be read counts as private memory.
  static func mappings(in bytes: Span<UInt8>) -> [Mapping] {
    var mappings: [Mapping] = []
    var lines = ByteScanner(bytes, file: "smaps")
    while var line = lines.nextLine() {
      guard let key = line.nextField() else { continue }
      if key[key.count - 1] != UInt8(ascii: ":") {
        if let mapping = Self.head(key, &line) { mappings.append(mapping) }
      } else if let last = mappings.indices.last, let size = line.nextField()?.unsigned {
        if key.equals("Rss:") { mappings[last].residentBytes = size &* 1024 }
        if key.equals("Anonymous:") { mappings[last].ownBytes = size &* 1024 }
      }
    }
    return mappings
  }

  /// `7f00-7f10 r-xp 00001000 08:01 1234 /usr/lib/libc.so.6`
  private static func head(_ range: Span<UInt8>, _ line: inout ByteScanner) -> Mapping? {
    guard let dash = range.firstIndex(of: "-"),
      let start = range.extracting(first: dash).hexadecimal,
      let end = range.extracting(droppingFirst: dash + 1).hexadecimal, start < end,
      let rights = line.nextField()
    else { return nil }
    let isFixed = rights.equals("r-xp") || rights.equals("r--p")
    for _ in 0..<3 { line.skipField() }
    let isFile = if let path = line.nextField() { path.starts(with: "/") } else { false }
    return Mapping(range: start..<end, isReadOnlyFile: isFixed && isFile)
  }
}
