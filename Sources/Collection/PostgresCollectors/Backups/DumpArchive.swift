/// The table of contents of a dump in pg_dump's custom or directory format (`PGDMP`, format
/// versions 1.12 to 1.16, which PostgreSQL 9.0 and later write; source: `pg_backup_archiver.c`).
///
/// It is at the beginning of a custom dump, and pg_dump goes back to fill in the offsets of the
/// data when everything is written; of a directory it is the file `toc.dat`, which is written last.
package struct DumpArchive: Sendable, Equatable {
  /// The bytes that every such file begins with.
  package static let mark = Array("PGDMP".utf8)

  /// Whether it belongs to a dump in the directory format.
  package let isDirectory: Bool
  /// Whether there are entries with data.
  package private(set) var hasData = false
  /// Whether the offset of some data was not filled in.
  package private(set) var lacksPlaces = false
  /// The files of a directory with data, without a suffix for their compression.
  package private(set) var files: [String] = []

  /// Parses the table; `nil` if it is truncated or not such a table.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.starts(with: Self.mark) else { return nil }
    var reader = Reader(bytes: bytes, position: Self.mark.count)
    guard let major = reader.byte(), major == 1, let minor = reader.byte(), reader.byte() != nil,
      let intSize = reader.byte(), (1...8).contains(intSize), let offsetSize = reader.byte(),
      (1...8).contains(offsetSize), let format = reader.byte(), [1, 3, 5].contains(format),
      minor >= 12
    else { return nil }
    reader.intSize = Int(intSize)
    // That of a directory has the format number of a tar, whose table is the same.
    isDirectory = format != 1
    // The compression: an algorithm, before 1.15 a level; then seven numbers of a date, and three
    // texts: the database and the versions of server and pg_dump.
    guard minor >= 15 ? reader.byte() != nil : reader.int() != nil,
      (0..<7).allSatisfy({ _ in reader.int() != nil }),
      (0..<3).allSatisfy({ _ in reader.skipText() }), let count = reader.int(),
      (0...Self.entryLimit).contains(count)
    else { return nil }
    for _ in 0..<count {
      guard readEntry(&reader, minor: minor, offsetSize: Int(offsetSize)) else { return nil }
    }
  }

  /// The most entries that are read.
  private static let entryLimit = 1_000_000

  private mutating func readEntry(
    _ reader: inout Reader, minor: UInt8, offsetSize: Int
  ) -> Bool {
    // Texts after the section: definition, drop, copy, namespace, tablespace, from 1.14 the access
    // method; from 1.16 a number for the kind; then owner and a flag.
    guard reader.int() != nil, let dumps = reader.int(),
      (0..<4).allSatisfy({ _ in reader.skipText() }),
      reader.int() != nil, (0..<(minor >= 14 ? 6 : 5)).allSatisfy({ _ in reader.skipText() }),
      minor < 16 || reader.int() != nil, reader.skipText(), reader.skipText()
    else { return false }
    // Its dependencies, up to an absent text.
    while true {
      guard let length = reader.int() else { return false }
      if length < 0 { break }
      guard reader.skip(length) else { return false }
    }
    guard isDirectory else {
      guard let state = reader.byte(), reader.skip(offsetSize) else { return false }
      if dumps != 0 {
        hasData = true
        // 1 is "not filled in", 2 an offset, 3 no data.
        if state == 1 { lacksPlaces = true }
      }
      return true
    }
    guard let file = reader.text() else { return false }
    if !file.isEmpty {
      hasData = true
      files.append(file)
    }
    return true
  }

  /// A position in the bytes.
  private struct Reader {
    let bytes: [UInt8]
    var position: Int
    var intSize = 4

    mutating func byte() -> UInt8? {
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return bytes[position]
    }

    /// An integer: a sign, then the bytes from the least significant.
    mutating func int() -> Int? {
      guard let sign = byte(), position + intSize <= bytes.count else { return nil }
      var value: UInt64 = 0
      for index in 0..<intSize { value |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
      position += intSize
      guard let number = Int(exactly: value) else { return nil }
      return sign == 0 ? number : -number
    }

    mutating func skip(_ count: Int) -> Bool {
      guard count >= 0, count <= bytes.count - position else { return false }
      position += count
      return true
    }

    mutating func skipText() -> Bool {
      guard let length = int() else { return false }
      return length < 0 || skip(length)
    }

    /// A text; an absent one counts as empty.
    mutating func text() -> String? {
      guard let length = int() else { return nil }
      guard length > 0 else { return "" }
      let start = position
      guard skip(length) else { return nil }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }
  }
}
