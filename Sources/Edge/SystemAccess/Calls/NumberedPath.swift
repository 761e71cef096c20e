private import Glibc

/// A path of /proc that begins with the number of a process or a thread: `17`, or `17/stat`.
///
/// It is formatted on the stack for the system call, so that reading thousands of them allocates
/// nothing.
package struct NumberedPath: Sendable, CustomStringConvertible {
  /// The maximum length of an entry's name in bytes.
  private static let entryLimit = 48
  /// Bytes for a sign, ten digits, a slash, the entry and a zero.
  private static let size = entryLimit + 13

  /// The number that the path begins with.
  package let number: Int32
  /// The part after the slash; empty for the directory of the number itself.
  package let entry: StaticString

  /// Makes the path of an entry in the directory of a number.
  package init(_ number: Int32, _ entry: StaticString = "") {
    precondition(entry.hasPointerRepresentation && entry.utf8CodeUnitCount <= Self.entryLimit)
    self.number = number
    self.entry = entry
  }

  package var description: String {
    entry.utf8CodeUnitCount == 0 ? "\(number)" : "\(number)/\(entry)"
  }

  /// Calls `body` with the path as a C string.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: Self.size, alignment: 1) { bytes in
      // Written from the end, because digits are computed from the lowest: the zero, the entry, the
      // number.
      var start = Self.size - 1
      unsafe bytes[start] = 0
      let length = entry.utf8CodeUnitCount
      if length > 0 {
        start -= length
        unsafe bytes.baseAddress?.advanced(by: start).copyMemory(
          from: entry.utf8Start, byteCount: length)
        start -= 1
        unsafe bytes[start] = UInt8(ascii: "/")
      }
      var rest = number.magnitude
      repeat {
        start -= 1
        unsafe bytes[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        start -= 1
        unsafe bytes[start] = UInt8(ascii: "-")
      }
      let path = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
      return unsafe path.withMemoryRebound(to: CChar.self) { characters in
        guard let first = characters.baseAddress else {
          preconditionFailure("the buffer has space for the path")
        }
        return unsafe body(first)
      }
    }
  }
}
