/// A thing with named fields and no methods, Go's struct. A field that does not exist is an error, other than in a map.
package struct TemplateRecord: TemplateObject {
  package let typeName: String
  /// The fields in order.
  package let fields: [(name: String, value: TemplateValue)]

  /// Makes a record.
  package init(_ typeName: String, _ fields: [(String, TemplateValue)]) {
    self.typeName = typeName
    self.fields = fields.map { (name: $0.0, value: $0.1) }
  }

  package var printed: String {
    "{" + fields.map(\.value.printedInside).joined(separator: " ") + "}"
  }

  package var json: TemplateValue {
    .map(Dictionary(fields.map { ($0.name.lowercasingFirst, $0.value) }) { $1 })
  }

  package func field(_ name: String) -> TemplateValue? {
    fields.first { $0.name == name }?.value
  }
}

extension String {
  /// `StartsAt` as `startsAt`.
  fileprivate var lowercasingFirst: String { prefix(1).lowercased() + dropFirst() }
}
