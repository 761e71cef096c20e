import Codecs

/// The functions that every Go template has (package `text/template`).
enum BuiltInFunctions {
  static let all: [String: TemplateFunction] = [
    // The renderer evaluates `and` and `or` itself, because they stop at the first argument that
    // decides.
    "and": TemplateFunction(1...Int.max) { call in call.arguments.last ?? .null },
    "or": TemplateFunction(1...Int.max) { call in call.arguments.last ?? .null },
    "not": TemplateFunction(1) { call in .bool(!call[0].isTrue) },
    "len": TemplateFunction(1) { call throws(TemplateFault) in .int(try length(call[0])) },
    "index": TemplateFunction(1...Int.max) { call throws(TemplateFault) in
      var value = call[0]
      for index in call.arguments.dropFirst() { value = try element(of: value, at: index) }
      return value
    },
    "slice": TemplateFunction(1...4) { call throws(TemplateFault) in try slice(call) },
    "print": TemplateFunction(0...Int.max) { call in .string(GoFormat.print(call.arguments)) },
    "println": TemplateFunction(0...Int.max) { call in
      .string(GoFormat.printLine(call.arguments))
    },
    "printf": TemplateFunction(1...Int.max) { call throws(TemplateFault) in
      .string(GoFormat.format(try call.string(0), Array(call.arguments.dropFirst())))
    },
    "html": TemplateFunction(0...Int.max) { call in
      .html(HTMLEscaping.text(GoFormat.print(call.arguments)).replacing("&#43;", with: "+"))
    },
    "js": TemplateFunction(0...Int.max) { call in
      .string(escapedForScript(GoFormat.print(call.arguments)))
    },
    "urlquery": TemplateFunction(0...Int.max) { call in
      .string(PercentEncoding.query(GoFormat.print(call.arguments)))
    },
    "call": TemplateFunction(1...Int.max) { call throws(TemplateFault) in
      throw TemplateFault("non-function of type \(call[0].typeName)")
    },
    "eq": TemplateFunction(2...Int.max) { call throws(TemplateFault) in
      for other in call.arguments.dropFirst() where try Comparison.areEqual(call[0], other) {
        return .bool(true)
      }
      return .bool(false)
    },
    "ne": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try !Comparison.areEqual(call[0], call[1]))
    },
    "lt": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try Comparison.isLess(call[0], call[1]))
    },
    "le": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try Comparison.isLessOrEqual(call[0], call[1]))
    },
    "gt": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try !Comparison.isLessOrEqual(call[0], call[1]))
    },
    "ge": TemplateFunction(2) { call throws(TemplateFault) in
      .bool(try !Comparison.isLess(call[0], call[1]))
    },
  ]

  private static func length(_ value: TemplateValue) throws(TemplateFault) -> Int {
    if let text = value.text { return text.utf8.count }
    if let items = value.items { return items.count }
    if let entries = value.entries { return entries.count }
    throw TemplateFault("len of type \(value.typeName)")
  }

  private static func element(
    of value: TemplateValue, at index: TemplateValue
  ) throws(TemplateFault) -> TemplateValue {
    if let entries = value.entries {
      guard let key = index.text else {
        throw TemplateFault("value has type \(index.typeName); should be string")
      }
      return entries[key] ?? entries.missingValue
    }
    guard value.items != nil || value.text != nil else {
      throw TemplateFault("can't index item of type \(value.typeName)")
    }
    guard case .int(let position) = index else {
      throw TemplateFault("cannot index slice/array with type \(index.typeName)")
    }
    let items = value.items ?? Array((value.text ?? "").utf8).map { .int(Int($0)) }
    guard items.indices.contains(position) else {
      throw TemplateFault("index out of range: \(position)")
    }
    return items[position]
  }

  private static func slice(_ call: TemplateCall) throws(TemplateFault) -> TemplateValue {
    let bytes = call[0].text.map { Array($0.utf8) }
    guard let count = bytes?.count ?? call[0].items?.count else {
      throw TemplateFault("can't slice item of type \(call[0].typeName)")
    }
    var bounds = [0, count]
    for index in 1..<max(call.arguments.count, 1) {
      let bound = try call.int(index)
      guard (0...count).contains(bound) else { throw TemplateFault("index out of range: \(bound)") }
      if index <= 2 { bounds[index - 1] = bound }
    }
    guard bounds[0] <= bounds[1] else {
      throw TemplateFault("invalid slice index: \(bounds[0]) > \(bounds[1])")
    }
    if let bytes {
      return .string(String(decoding: bytes[bounds[0]..<bounds[1]], as: UTF8.self))
    }
    return .list(Array((call[0].items ?? [])[bounds[0]..<bounds[1]]))
  }

  private static func escapedForScript(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "'", "\"": result += "\\\(scalar)"
      case "<", ">", "&", "=":
        result += "\\u00" + String(scalar.value, radix: 16, uppercase: true)
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
