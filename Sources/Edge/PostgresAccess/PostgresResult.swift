private import CLibPQ
private import Glibc

/// The rows of one statement, read in place: a cell is decoded when it is read.
///
/// It is immutable, so it may move between threads; its memory is freed with the value.
@safe package struct PostgresResult: ~Copyable, @unchecked Sendable {
  private let raw: OpaquePointer
  /// The number of rows.
  package let rowCount: Int
  /// The number of columns.
  package let columnCount: Int

  init(adopting raw: OpaquePointer) {
    unsafe self.raw = raw
    rowCount = Int(unsafe PQntuples(raw))
    columnCount = Int(unsafe PQnfields(raw))
  }

  deinit {
    unsafe PQclear(raw)
  }

  /// The index of a column by its name in the statement; nil if there is none.
  package func columnIndex(_ name: String) -> Int? {
    for column in 0..<columnCount where columnName(column) == name { return column }
    return nil
  }

  /// The name of a column.
  package func columnName(_ column: Int) -> String {
    precondition(column >= 0 && column < columnCount, "no column \(column)")
    guard let name = unsafe PQfname(raw, Int32(column)) else { return "" }
    return unsafe String(cString: name)
  }

  /// The OID of a column's type in `pg_type`.
  package func columnType(_ column: Int) -> UInt32 {
    precondition(column >= 0 && column < columnCount, "no column \(column)")
    return unsafe PQftype(raw, Int32(column))
  }

  /// Whether the cell is NULL.
  package func isNull(_ row: Int, _ column: Int) -> Bool {
    check(row, column)
    return unsafe PQgetisnull(raw, Int32(row), Int32(column)) == 1
  }

  /// The bytes of a cell in the server's text format; empty for NULL.
  @_lifetime(borrow self)
  package func bytes(_ row: Int, _ column: Int) -> Span<UInt8> {
    let cell = unsafe cell(row, column)
    let buffer = unsafe UnsafeRawBufferPointer(start: cell.start, count: cell.count)
    let span = unsafe Span<UInt8>(_unsafeBytes: buffer)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The cell as text; nil for NULL. Invalid UTF-8 becomes U+FFFD.
  package func string(_ row: Int, _ column: Int) -> String? {
    guard !isNull(row, column) else { return nil }
    let cell = unsafe cell(row, column)
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: cell.start, count: cell.count), as: UTF8.self)
  }

  /// The cell as a number; nil for NULL and for text that is not a number. `t` and `f` are 1 and 0.
  package func double(_ row: Int, _ column: Int) -> Double? {
    guard !isNull(row, column) else { return nil }
    let cell = unsafe cell(row, column)
    guard unsafe cell.count > 0 else { return nil }
    switch unsafe (UInt8(bitPattern: cell.start[0]), cell.count) {
    case (UInt8(ascii: "t"), 1): return 1
    case (UInt8(ascii: "f"), 1): return 0
    default: break
    }
    // libpq ends every cell with a zero byte, so strtod stops in time.
    var end: UnsafeMutablePointer<CChar>?
    let value = unsafe strtod(cell.start, &end)
    return unsafe end == cell.start + cell.count ? value : nil
  }

  /// The cell as a whole number; nil for NULL and for text that is not a whole number.
  package func int(_ row: Int, _ column: Int) -> Int? {
    string(row, column).flatMap { Int($0) }
  }

  private func check(_ row: Int, _ column: Int) {
    precondition(row >= 0 && row < rowCount, "no row \(row)")
    precondition(column >= 0 && column < columnCount, "no column \(column)")
  }

  private func cell(_ row: Int, _ column: Int) -> (start: UnsafeMutablePointer<CChar>, count: Int) {
    check(row, column)
    let length = Int(unsafe PQgetlength(raw, Int32(row), Int32(column)))
    guard let start = unsafe PQgetvalue(raw, Int32(row), Int32(column)) else {
      preconditionFailure("libpq has no cell where its counts say that there is one")
    }
    return unsafe (start, length)
  }
}
