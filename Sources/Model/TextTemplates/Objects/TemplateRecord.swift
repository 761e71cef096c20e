/// A value with named fields and no methods, Go's struct. Unlike in a map, a field that does not
/// exist is an error.
package struct TemplateRecord: TemplateObject {
  /// Go's name of the type.
  package let typeName: String
  /// The fields in order.
  package let fields: [(name: String, value: TemplateValue)]

  /// Creates a record; `typeName` is Go's name of the type.
  package init(_ typeName: String, _ fields: [(String, TemplateValue)]) {
    self.typeName = typeName
    self.fields = fields.map { (name: $0.0, value: $0.1) }
  }

  /// The values of the fields in braces, as Go prints a struct.
  package var printed: String {
    "{" + fields.map(\.value.printedInside).joined(separator: " ") + "}"
  }

  /// A map with the names of the fields in lower camel case.
  package var json: TemplateValue {
    .map(Dictionary(fields.map { ($0.name.lowercasingFirst, $0.value) }) { $1 })
  }

  /// A field by its name.
  package func field(_ name: String) -> TemplateValue? {
    fields.first { $0.name == name }?.value
  }
}

extension String {
  /// `StartsAt` as `startsAt`.
  fileprivate var lowercasingFirst: String { prefix(1).lowercased() + dropFirst() }
}
