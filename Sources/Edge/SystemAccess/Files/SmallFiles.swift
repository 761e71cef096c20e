/// Reads small files below a directory, one after another, into a reusable buffer.
///
/// A path is passed in parts, so that no `String` has to be built: a read allocates nothing once
/// the buffers are large enough. Meant for files of sysfs with one value each, at most 4096 bytes;
/// a file that cannot be read counts as absent.
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

  /// The last file read, without surrounding white space.
  package var text: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { file.span.trimmed }
  }

  /// The bytes of the last file read.
  package var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { file.span }
  }

  /// Reads a file, whose path is the parts joined with slashes. Returns false if it cannot be read.
  package mutating func reads(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> Bool {
    setPath(first, second, third, fourth, fifth, sixth)
    return file.readsSmall(terminatedPath: path)
  }

  /// Reads the target of a symbolic link. Returns false if it is none.
  package mutating func readsLink(_ first: String, _ second: String) -> Bool {
    setPath(first, second, "", "")
    return file.readsLink(terminatedPath: path)
  }

  /// Reads the number in a file, decimal or `0x` hexadecimal. Returns nil if it has none.
  package mutating func number(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> Double? {
    guard reads(first, second, third, fourth, fifth, sixth) else { return nil }
    return text.number
  }

  /// Reads the text of a file. Returns nil if it cannot be read. A text of more than 15 bytes is
  /// allocated on the heap.
  package mutating func line(
    _ first: String, _ second: String = "", _ third: String = "", _ fourth: String = "",
    _ fifth: String = "", _ sixth: String = ""
  ) -> String? {
    reads(first, second, third, fourth, fifth, sixth) ? text.text : nil
  }

  /// Updates the names in a directory. Returns false if it does not exist.
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

  /// Whether the directory exists.
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

/// The sorted names of a directory, rebuilt only when they change.
package struct NameList: Sendable {
  /// The names in sorted order.
  package private(set) var names: [String] = []
  /// A number that increases whenever the names change.
  package private(set) var revision = 0
  /// The names in the order of the directory, each followed by a zero.
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
  /// The bytes as a 64-bit whole number, decimal with or without a sign or `0x` hexadecimal; nil if
  /// they are not a number.
  package var number: Double? {
    if count > 2, self[0] == UInt8(ascii: "0"), self[1] == UInt8(ascii: "x") {
      return extracting(droppingFirst: 2).hexadecimal.map { Double($0) }
    }
    return unsigned.map { Double($0) } ?? signed.map { Double($0) }
  }
}
