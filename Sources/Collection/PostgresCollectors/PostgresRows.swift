package import PostgresAccess

/// The rows of a statement, as far as decoding needs them: real ones, or a literal table of a test.
package protocol PostgresRows: ~Copyable {
  /// The number of rows.
  var rowCount: Int { get }
  /// The position of a column by its name; `nil` if the result has none.
  func column(_ name: String) -> Int?
  /// A cell as text; nil for NULL.
  func text(_ row: Int, _ column: Int) -> String?
  /// A cell as a number; `nil` for NULL and for what is not a number.
  func number(_ row: Int, _ column: Int) -> Double?
}

extension PostgresResult: PostgresRows {
  package func column(_ name: String) -> Int? { columnIndex(name) }
  package func text(_ row: Int, _ column: Int) -> String? { string(row, column) }
  package func number(_ row: Int, _ column: Int) -> Double? { double(row, column) }
}
