import MetricModel

/// Comparisons of templates: only values of the same kind compare.
enum Comparison {
  static func areEqual(
    _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateFault) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.null, _), (_, .null): return false
    case (.bool(let left), .bool(let right)): return left == right
    case (.int(let left), .int(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.object(let left), .object(let right)) where left.content == nil:
      guard left.typeName == right.typeName else { break }
      return left.printed == right.printed
    default: break
    }
    if let left = left.text, let right = right.text { return left.isExactly(right) }
    for value in [left, right] where value.items != nil || value.entries != nil {
      throw TemplateFault("non-comparable type \(value.typeName)")
    }
    throw TemplateFault(
      "incompatible types for comparison: \(left.typeName) and \(right.typeName)")
  }

  static func isLess(
    _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateFault) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): return left < right
    case (.number(let left), .number(let right)): return left < right
    case (.bool, .bool): throw TemplateFault("invalid type for comparison: bool")
    default: break
    }
    if let left = left.text, let right = right.text { return isOrdered(left, right) }
    throw TemplateFault(
      "incompatible types for comparison: \(left.typeName) and \(right.typeName)")
  }

  static func isLessOrEqual(
    _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateFault) -> Bool {
    if try isLess(left, right) { return true }
    return try areEqual(left, right)
  }

  /// Whether a string sorts before another, byte by byte as in Go.
  static func isOrdered(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
