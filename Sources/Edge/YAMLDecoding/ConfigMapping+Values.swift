extension ConfigMapping {
  /// A string; numbers and booleans are returned as they are written.
  package func string(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text else {
      complain(key, node, "a text")
      return nil
    }
    return text
  }

  /// A required string that must not be empty.
  package func requiredString(_ key: String) -> String? {
    guard let node = node(key) else {
      missing(key)
      return nil
    }
    guard let text = string(key) else { return nil }
    if text.isEmpty { diagnostics.report(node.error("\"\(key)\" in \(context) is empty")) }
    return text.isEmpty ? nil : text
  }

  /// A boolean.
  package func bool(_ key: String) -> Bool? {
    value(key, "true or false") { $0.bool }
  }

  /// A whole number within a range.
  package func int(_ key: String, in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
    guard let number = value(key, "a whole number", read: { $0.int }) else { return nil }
    guard range.contains(number) else {
      let bounds =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      report("\"\(key)\" in \(context) must be \(bounds), not \(number)", key: key)
      return nil
    }
    return number
  }

  /// A number.
  package func double(_ key: String) -> Double? {
    value(key, "a number") { $0.double }
  }

  /// A size, in bytes.
  package func byteCount(_ key: String) -> Int64? {
    value(key, "a size", fix: "write it like 512KB or 10MB") { $0.byteCount }
  }

  /// One of the cases of an enumeration, by its raw value.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) -> Choice? {
    guard let node = node(key), let text = string(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    let fix =
      Suggestion.nearest(to: text, among: names).map { "did you mean \"\($0)\"?" }
      ?? "use one of \(names.joined(separator: ", "))"
    diagnostics.report(
      node.error("\"\(key)\" in \(context) cannot be \"\(text)\"", fix: fix))
    return nil
  }

  /// Reports that a key is missing.
  package func missing(_ key: String, fix: String? = nil) {
    report("\"\(key)\" is missing in \(context)", fix: fix)
  }

  /// The value that `read` extracts from the node of a key; if it returns nil, the value is
  /// reported as not being `kind`.
  package func value<Value>(
    _ key: String, _ kind: String, fix: String? = nil, read: (ConfigNode) -> Value?
  ) -> Value? {
    guard let node = node(key) else { return nil }
    if let value = read(node) { return value }
    complain(key, node, kind, fix: fix)
    return nil
  }

  func complain(_ key: String, _ node: ConfigNode, _ kind: String, fix: String? = nil) {
    let given = node.text.map { "\"\($0)\"" } ?? node.kindName
    diagnostics.report(
      node.error("\"\(key)\" in \(context) must be \(kind), not \(given)", fix: fix))
  }
}
