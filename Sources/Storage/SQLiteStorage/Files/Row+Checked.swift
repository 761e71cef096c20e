import Foundation
import GRDB

/// Checked access to columns: the file may be damaged, and GRDB's own subscript stops the program
/// on a value of another type.
extension Row {
  /// A whole number.
  func integer(at index: Int) throws -> Int64 {
    guard case .int64(let value) = (self[index] as DatabaseValue).storage else {
      throw wrongType(index)
    }
    return value
  }

  /// A whole number, or nil for NULL.
  func integerIfPresent(at index: Int) throws -> Int64? {
    hasNull(atIndex: index) ? nil : try integer(at: index)
  }

  /// A text.
  func text(at index: Int) throws -> String {
    guard case .string(let value) = (self[index] as DatabaseValue).storage else {
      throw wrongType(index)
    }
    return value
  }

  /// A blob as bytes, with one copy.
  func bytes(at index: Int) throws -> [UInt8] {
    try withUnsafeData(atIndex: index) { $0.map { [UInt8]($0) } ?? [] }
  }

  private func wrongType(_ index: Int) -> DatabaseError {
    DatabaseError(
      resultCode: .SQLITE_CORRUPT, message: "column \(index) has a value of the wrong type")
  }
}
