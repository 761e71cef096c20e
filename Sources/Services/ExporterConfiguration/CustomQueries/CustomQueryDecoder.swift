import YAMLDecoding
import MetricModel
import PostgresCollectors

/// Decodes custom queries in either format.
struct CustomQueryDecoder {
  /// The selected built-in queries, whose names cannot be used again.
  let selection: PostgresSelection
  /// The databases for queries that name none.
  let databases: [String]
  let diagnostics: ConfigDiagnostics

  /// Decodes the statement of a query; nil if it is invalid, which is reported with its position.
  func statement(_ key: String, in mapping: ConfigMapping) -> String? {
    guard let text = mapping.requiredString(key) else { return nil }
    do {
      try StatementText.check(text)
      return text
    } catch {
      let node = mapping.node(key)
      if case .several(let byte) = error, let place = node?.position(ofByte: byte) {
        diagnostics.report(
          mapping.source.error("\(error)", at: place, fix: "make it a query of its own"))
      } else {
        mapping.report("\(error)", key: key)
      }
      return nil
    }
  }

  /// Returns whether a text is a valid label name for a custom query; reports an error if not.
  func isLabel(_ name: String, at node: ConfigNode) -> Bool {
    if !NameRules.isLabelName(name) {
      diagnostics.report(
        node.error(
          "\"\(name)\" is no name for a label",
          fix: "rename the column in the statement: letters, digits and underscores"))
    } else if name.hasPrefix("__") {
      diagnostics.report(node.error("label names that begin with __ are Prometheus' own"))
    } else if name == "server" || name == "le" {
      diagnostics.report(
        node.error(
          "the label \"\(name)\" is set by tocsin", fix: "rename the column in the statement"))
    } else {
      return true
    }
    return false
  }

  /// Returns whether a text is a valid metric name for a custom query; reports an error if not.
  func isMetric(_ name: String, at node: ConfigNode) -> Bool {
    if !NameRules.isMetricName(name) {
      diagnostics.report(
        node.error(
          "\"\(name)\" is no name for a metric", fix: "use letters, digits, _ and :"))
    } else if BuiltInNames.isReserved(name) {
      diagnostics.report(
        node.error(
          "the name \(name) is reserved", fix: "give it a prefix of your own, such as app_"))
    } else if let owner = BuiltInNames.owner(of: name, selection) {
      diagnostics.report(
        node.error(
          "the built-in collector postgres.\(owner) already shows \(name)",
          fix: "rename the metric, or disable the collector"))
    } else {
      return true
    }
    return false
  }

  /// Decodes a mapping from texts to numbers.
  func numbers(_ key: String, in mapping: ConfigMapping) -> [String: Double]? {
    guard mapping.node(key) != nil else { return nil }
    var numbers: [String: Double] = [:]
    for pair in mapping.stringPairs(key) {
      guard let number = pair.node.double ?? Double(pair.text) else {
        diagnostics.report(
          pair.node.error("\"\(pair.key)\" in \(key) must be a number, not \"\(pair.text)\""))
        continue
      }
      numbers[pair.key] = number
    }
    return numbers
  }
}
