package import ExpositionFormat
package import SystemAccess

extension SmallFiles {
  /// Adds a label whose value is the text of a file; the empty one if it cannot be read.
  package mutating func addLabel(
    to buffer: inout FamilyBuffer, _ first: String, _ second: String, _ third: String = "",
    _ fourth: String = ""
  ) {
    guard reads(first, second, third, fourth) else { return buffer.label("") }
    buffer.label(text)
  }

  /// Brings the names in a directory up to date; `NoData` if the machine does not have it.
  package mutating func devices(_ names: inout NameList, _ place: String) throws {
    guard try lists(&names, place) else { throw NoData("\(place) does not exist") }
  }
}
