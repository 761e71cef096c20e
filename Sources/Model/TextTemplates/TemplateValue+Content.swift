import MetricModel

extension TemplateValue {
  /// The size at which printing stops, in bytes: nested lists may be small in memory and print
  /// without end.
  static let printLimit = 4 << 20

  /// The value as `{{ . }}` prints it.
  package var printed: String {
    if case .null = self { return "<no value>" }
    return printedInside
  }

  /// The value as it prints inside a list, a map or a formatted string.
  package var printedInside: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    guard text.utf8.count < Self.printLimit else { return }
    switch self {
    case .null: text += "<nil>"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .number(let value): text += FloatFormat.string(value, style: .exposition)
    case .string(let value), .html(let value), .url(let value): text += value
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += " " }
        item.write(to: &text)
      }
      text += "]"
    case .map(let map):
      text += "map["
      for (index, pair) in map.sorted(by: { $0.key < $1.key }).enumerated() {
        text += (index > 0 ? " " : "") + pair.key + ":"
        pair.value.write(to: &text)
      }
      text += "]"
    case .object(let object): text += object.printed
    }
  }

  /// Go's name of the type.
  package var typeName: String {
    switch self {
    case .null: "<nil>"
    case .bool: "bool"
    case .int: "int"
    case .number: "float64"
    case .string: "string"
    case .html: "template.HTML"
    case .url: "template.URL"
    case .list(let items): items.isTextual ? "[]string" : "[]interface {}"
    case .map(let map): map.isTextual ? "map[string]string" : "map[string]interface {}"
    case .object(let object): object.typeName
    }
  }

  /// Whether a condition holds: the value is not nil, zero or empty. Objects without content always
  /// hold.
  package var isTrue: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .number(let value): value != 0
    case .string(let text), .html(let text), .url(let text): !text.isEmpty
    case .list(let items): !items.isEmpty
    case .map(let map): !map.isEmpty
    case .object(let object): object.content?.isTrue ?? true
    }
  }

  /// The text of a string of any kind; `nil` for other values.
  package var text: String? {
    switch self {
    case .string(let text), .html(let text), .url(let text): text
    default: nil
    }
  }

  /// The value, or the content of an object.
  package var content: TemplateValue {
    if case .object(let object) = self { return object.content ?? self }
    return self
  }

  /// The items of a list; `nil` for other values.
  package var items: [TemplateValue]? {
    if case .list(let items) = content { return items }
    return nil
  }

  /// The entries of a map; `nil` for other values.
  package var entries: [String: TemplateValue]? {
    if case .map(let map) = content { return map }
    return nil
  }
}

extension Dictionary<String, TemplateValue> {
  /// Whether all values are strings, as in label sets.
  var isTextual: Bool {
    allSatisfy {
      if case .string = $0.value { return true }
      return false
    }
  }

  /// The value of a missing key: the zero value of the map's type.
  var missingValue: TemplateValue { isTextual ? .string("") : .null }
}

extension [TemplateValue] {
  /// Whether all values are strings.
  var isTextual: Bool {
    allSatisfy {
      if case .string = $0 { return true }
      return false
    }
  }
}
