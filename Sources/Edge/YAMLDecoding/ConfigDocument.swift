import Yams

/// Parses the first YAML document of a file.
///
/// Later documents are ignored, as in Prometheus. Errors are reported with their position: invalid
/// YAML, too deep nesting, too large an expansion, and features that no configuration needs (keys
/// that are lists, custom tags).
package enum ConfigDocument {
  /// The root of the document; nil if the file is empty or an error was reported.
  package static func root(
    of source: ConfigSource, limits: ConfigLimits = ConfigLimits(),
    into diagnostics: ConfigDiagnostics
  ) -> ConfigNode? {
    do {
      return try compose(source, limits: limits, diagnostics: diagnostics)
    } catch {
      diagnostics.report(error)
      return nil
    }
  }

  private static func compose(
    _ source: ConfigSource, limits: ConfigLimits, diagnostics: ConfigDiagnostics
  ) throws(ConfigError) -> ConfigNode? {
    guard source.text.utf8.count <= limits.fileBytes else {
      throw source.error("larger than the limit of \(limits.fileBytes) bytes", at: nil)
    }
    // Nested aliases are cheap until their expansion is traversed, and the parser does so for keys.
    // So the file is first parsed with its aliases as plain words, and refused if one of them is a
    // key.
    let masked = AliasMask(source.text)
    guard let plain = try parse(masked.text, source: source) else { return nil }
    try KeyCheck(source: source, limits: limits).run(plain)
    guard masked.count > 0 else {
      return try builder(source, limits, diagnostics).build(plain)
    }
    guard let full = try parse(source.text, source: source) else { return nil }
    return try builder(source, limits, diagnostics).build(full)
  }

  private static func builder(
    _ source: ConfigSource, _ limits: ConfigLimits, _ diagnostics: ConfigDiagnostics
  ) -> NodeBuilder {
    NodeBuilder(source: source, limits: limits, diagnostics: diagnostics)
  }

  private static func parse(_ text: String, source: ConfigSource) throws(ConfigError) -> Node? {
    do {
      // No resolver rules: the decoder of a plain scalar determines its type.
      return try Parser(yaml: text, resolver: .basic, encoding: .utf8).nextRoot()
    } catch let error as YamlError {
      throw YAMLFault.error(error, source: source)
    } catch {
      throw source.error("\(error)", at: nil)
    }
  }
}
