import SystemAccess
import CollectorCore

/// The metric names of a file's fields, made once.
///
/// A file has the same fields in the same order each time, so the n-th lookup is first compared
/// with the n-th of the last pass, which needs neither a hash nor a new string.
struct FieldNames: Sendable {
  private struct Entry {
    let raw: [UInt8]
    let name: String?

    func isFor(_ field: Span<UInt8>) -> Bool {
      let own = raw.span
      guard own.count == field.count else { return false }
      for index in field.indices where own[index] != field[index] { return false }
      return true
    }
  }

  private var entries: [Entry] = []
  private var position = 0

  /// Starts a pass over the file.
  mutating func begin() {
    position = 0
  }

  /// The name for a field. `make` is called when the field is new at this position, and returns nil
  /// for a field that is not exposed.
  mutating func name(for field: Span<UInt8>, make: (String) -> String?) -> String? {
    defer { position += 1 }
    if position < entries.count, entries[position].isFor(field) { return entries[position].name }
    let entry = Entry(raw: field.array, name: make(field.text))
    if position < entries.count {
      entries[position] = entry
    } else {
      entries.append(entry)
    }
    return entry.name
  }
}
