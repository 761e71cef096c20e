/// Reads small files below a directory, one after another, in memory that is kept.
///
/// A path is given in parts, so that none has to be put together as a `String`: in steady state a read allocates nothing.
/// Meant for the files of sysfs, which hold one value each, at most 4096 bytes; what cannot be read is no value.
package struct SmallFiles: Sendable {
  /// The root and a slash, then the path of the last read, then a zero.
  private var path: [UInt8]
  private let rootLength: Int
  private var file = ReadBuffer(capacity: 4096)
  private var scratch: [UInt8] = []
  private var listing: [UInt8] = []

  /// Makes a reader of the files below a directory.
  package init(root: String) {
    path = Array(root.utf8) + [UInt8(ascii: "/")]
    rootLength = path.count
    path.reserveCapacity(rootLength + 256)
  }

  /// The last file that was read, without white space around it.
  package var text: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { file.span.trimmed }
  }

  /// The last file that was read, as it is.
  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { file.span }
  }

  /// Reads a file, whose path is the parts with slashes between them; false if that cannot be done.
  package mutating func reads(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> Bool {
    setPath(first, second, third, fourth, fifth, sixth)
    return file.readsSmall(terminatedPath: path)
  }

  /// Reads where a symbolic link leads; false if it is none.
  package mutating func readsLink(_ first: String, _ second: String) -> Bool {
    setPath(first, second, "", "")
    return file.readsLink(terminatedPath: path)
  }

  /// The number in a file, decimal or `0x` hexadecimal; nil if there is none.
  package mutating func number(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> Double? {
    guard reads(first, second, third, fourth, fifth, sixth) else { return nil }
    return text.number
  }

  /// The text of a file; nil if it cannot be read. More than 15 bytes need the heap.
  package mutating func line(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> String? {
    reads(first, second, third, fourth, fifth, sixth) ? text.text : nil
  }

  /// Brings the names in a directory up to date; false if there is no such directory.
  package mutating func lists(
    _ names: inout NameList, _ first: String, _ second: String = "", _ third: String = "",
    _ fourth: String = ""
  ) throws(SystemError) -> Bool {
    setPath(first, second, third, fourth)
    guard let directory = try Directory.openIfPresent(terminatedPath: path) else {
      names.update(with: [])
      return false
    }
    listing.removeAll(keepingCapacity: true)
    var listed = listing
    listing = []
    try directory.forEachEntry(scratch: &scratch) { name in
      for index in name.indices { listed.append(name[index]) }
      listed.append(0)
    }
    names.update(with: listed)
    listing = listed
    return true
  }

  /// Whether there is such a directory.
  package mutating func exists(_ first: String, _ second: String = "") -> Bool {
    setPath(first, second, "", "")
    guard let directory = try? Directory.openIfPresent(terminatedPath: path) else { return false }
    _ = directory
    return true
  }

  private mutating func setPath(
    _ first: String, _ second: String, _ third: String, _ fourth: String, _ fifth: String = "",
    _ sixth: String = ""
  ) {
    path.removeLast(path.count - rootLength)
    append(first)
    append(second)
    append(third)
    append(fourth)
    append(fifth)
    append(sixth)
    path.append(0)
  }

  private mutating func append(_ part: String) {
    guard !part.isEmpty else { return }
    if path.count > rootLength { path.append(UInt8(ascii: "/")) }
    path.append(contentsOf: part.utf8)
  }
}

/// The sorted names of a directory, made anew only when they change.
package struct NameList: Sendable {
  /// The names.
  package private(set) var names: [String] = []
  /// Goes up whenever the names change.
  package private(set) var revision = 0
  /// The names as they were listed, each with a zero behind it.
  private var raw: [UInt8] = []

  /// Makes an empty list.
  package init() {}

  mutating func update(with listed: [UInt8]) {
    guard listed != raw else { return }
    raw = listed
    revision += 1
    names = listed.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted()
  }
}

extension Span<UInt8> {
  /// The whole number of 64 bits that the bytes are, decimal with or without a sign or `0x` hexadecimal; nil if they are none.
  package var number: Double? {
    if count > 2, self[0] == UInt8(ascii: "0"), self[1] == UInt8(ascii: "x") {
      return extracting(droppingFirst: 2).hexadecimal.map { Double($0) }
    }
    return unsigned.map { Double($0) } ?? signed.map { Double($0) }
  }
}
