extension ConfigMapping {
  /// A text; numbers and booleans are taken as they are written.
  package func string(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text else {
      complain(key, node, "a text")
      return nil
    }
    return text
  }

  /// A text that must be there and must not be empty.
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

  /// A Prometheus duration, in milliseconds.
  package func milliseconds(_ key: String) -> Int64? {
    value(key, "a duration", mend: "write it like 30s, 5m or 1h30m") { $0.milliseconds }
  }

  /// A Prometheus duration.
  package func duration(_ key: String) -> Duration? {
    milliseconds(key).map { .milliseconds($0) }
  }

  /// A size, in bytes.
  package func byteCount(_ key: String) -> Int64? {
    value(key, "a size", mend: "write it like 512KB or 10MB") { $0.byteCount }
  }

  /// One of the cases of an enumeration, by its raw value.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) -> Choice? {
    guard let node = node(key), let text = string(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    let mend =
      Suggestion.nearest(to: text, among: names).map { "did you mean \"\($0)\"?" }
      ?? "use one of \(names.joined(separator: ", "))"
    diagnostics.report(
      node.error("\"\(key)\" in \(context) cannot be \"\(text)\"", mend: mend))
    return nil
  }

  /// A secret in the file itself.
  package func secret(_ key: String) -> SecretString? {
    string(key).map(SecretString.init)
  }

  /// A secret, or the file that holds it: `password` and `password_file`. Relative files count from the folder.
  package func secretSource(
    _ key: String, fileKey: String? = nil, directory: String
  ) -> SecretSource? {
    let fileKey = fileKey ?? "\(key)_file"
    let inline = secret(key)
    let path = string(fileKey).flatMap { $0.isEmpty ? nil : $0 }
    if let inline, path == nil { return .inline(inline) }
    guard let path else { return nil }
    if inline != nil {
      diagnostics.report(
        source.error(
          "\"\(key)\" and \"\(fileKey)\" in \(context) exclude each other",
          at: position(of: fileKey), mend: "keep one of them"))
    }
    let file = SecretSource.file(ConfigPath.resolve(path, in: directory))
    if diagnostics.readsSecretFiles { checkReading(file, key: fileKey) }
    return file
  }

  private func checkReading(_ file: SecretSource, key: String) {
    do {
      _ = try file.read()
    } catch {
      report("\(error)", key: key, mend: "create the file, or let this user read it")
    }
  }

  /// Reports that a key is missing.
  package func missing(_ key: String, mend: String? = nil) {
    report("\"\(key)\" is missing in \(context)", mend: mend)
  }

  private func value<Value>(
    _ key: String, _ kind: String, mend: String? = nil, read: (ConfigNode) -> Value?
  ) -> Value? {
    guard let node = node(key) else { return nil }
    if let value = read(node) { return value }
    complain(key, node, kind, mend: mend)
    return nil
  }

  func complain(_ key: String, _ node: ConfigNode, _ kind: String, mend: String? = nil) {
    let given = node.text.map { "\"\($0)\"" } ?? node.kindName
    diagnostics.report(
      node.error("\"\(key)\" in \(context) must be \(kind), not \(given)", mend: mend))
  }
}
