/// The functions that a template may call, by name.
package struct TemplateFunctions: Sendable {
  private var table: [String: TemplateFunction]

  /// Go's built-in functions and the given ones, which replace built-in ones of the same name.
  package init(_ functions: [String: TemplateFunction] = [:]) {
    table = BuiltInFunctions.all.merging(functions) { $1 }
  }

  /// A function by its name.
  package subscript(name: String) -> TemplateFunction? {
    get { table[name] }
    set { table[name] = newValue }
  }

  /// These functions and others, which replace those of the same name.
  package func adding(_ functions: [String: TemplateFunction]) -> TemplateFunctions {
    var result = self
    result.table.merge(functions) { $1 }
    return result
  }

  /// The sorted names.
  package var names: [String] { table.keys.sorted() }

  /// The name most similar to a misspelt one: equal but for case, or one edit away.
  func nearest(to word: String) -> String? {
    let wanted = word.lowercased()
    return names.first { $0.lowercased() == wanted }
      ?? names.first { name in
        Self.isOneEdit(Array(name.lowercased().utf8), Array(wanted.utf8))
      }
  }

  private static func isOneEdit(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let (short, long) = left.count <= right.count ? (left, right) : (right, left)
    guard long.count - short.count <= 1, long.count > 3 else { return false }
    let head = zip(short, long).prefix { $0.0 == $0.1 }.count
    let tail = zip(short.reversed(), long.reversed()).prefix { $0.0 == $0.1 }.count
    return head + tail >= long.count - 1
  }
}
