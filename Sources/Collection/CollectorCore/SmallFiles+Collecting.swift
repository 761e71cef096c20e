package import ExpositionFormat
package import SystemAccess

extension SmallFiles {
  /// Adds a label with the text of a file; the label is empty if the file cannot be read.
  package mutating func addLabel(
    to buffer: inout FamilyBuffer, _ first: String, _ second: String, _ third: String = "",
    _ fourth: String = ""
  ) {
    guard reads(first, second, third, fourth) else { return buffer.label("") }
    buffer.label(text)
  }

  /// Updates the names in a directory.
  ///
  /// - Throws: `NoData` if the directory does not exist.
  package mutating func devices(_ names: inout NameList, _ place: String) throws {
    guard try lists(&names, place) else { throw NoData("\(place) does not exist") }
  }
}
