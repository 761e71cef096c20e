import MetricModel

/// Values as JSON, as Go's `encoding/json` writes them: keys sorted, and `<`, `>` and `&` escaped.
enum TemplateJSON {
  static func text(of value: TemplateValue) -> String {
    var writer = JSONWriter()
    write(value, to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
      .replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
      .replacing("&", with: "\\u0026")
  }

  private static func write(_ value: TemplateValue, to writer: inout JSONWriter) {
    guard writer.bytes.count < TemplateValue.printLimit else { return writer.null() }
    switch value {
    case .null: writer.null()
    case .bool(let flag): writer.bool(flag)
    case .int(let number): writer.integer(number)
    case .number(let number): writer.number(number)
    case .string(let text), .html(let text), .url(let text): writer.string(text)
    case .list(let items):
      writer.array { writer in for item in items { write(item, to: &writer) } }
    case .map(let map):
      writer.object { writer in
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
          writer.key(key)
          write(value, to: &writer)
        }
      }
    case .object(let object): write(object.json, to: &writer)
    }
  }
}
