import Yams

/// Reads the first YAML document of a file.
///
/// Later documents are not looked at, as in Prometheus. YAML that does not parse, is nested too deeply, expands to too
/// much or uses what no configuration needs (keys that are lists, tags of its own) is reported with its place.
package enum ConfigDocument {
  /// The root of the document; nil when the file is empty or an error was reported.
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
    // An alias of aliases of aliases costs nothing until somebody walks over it, and the parser does so for keys. So the
    // file is first read with its aliases as plain words, and refused if one of them is a key.
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
      // No resolver rules: what a plain scalar means is decided by whoever reads it.
      return try Parser(yaml: text, resolver: .basic, encoding: .utf8).nextRoot()
    } catch let error as YamlError {
      throw YAMLFault.error(error, source: source)
    } catch {
      throw source.error("\(error)", at: nil)
    }
  }
}
