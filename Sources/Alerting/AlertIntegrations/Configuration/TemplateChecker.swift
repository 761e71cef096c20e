package import AlertRouting
package import YAMLDecoding
import TextTemplates

/// Parses the templates of receivers when the configuration is loaded, so that a mistake does not
/// cost a message.
package struct TemplateChecker {
  private let set: TemplateSet
  private let diagnostics: ConfigDiagnostics

  /// Parses the template files; their mistakes are reported with their own names and lines.
  package init(files: [TemplateFile], diagnostics: ConfigDiagnostics) {
    var set = TemplateSet(functions: StandardFunctions.notifications())
    for file in files {
      do {
        try set.add(file.text, name: file.path)
      } catch {
        diagnostics.report(
          ConfigError(
            file: file.path, position: ConfigPosition(line: error.line, column: error.column),
            message: error.message))
      }
    }
    self.set = set
    self.diagnostics = diagnostics
  }

  /// Parses the text of one setting; `what` is what messages call it.
  func check(_ text: String, at node: ConfigNode, what: String) {
    guard text.contains("{{") else { return }
    do {
      _ = try set.template(text, name: what)
    } catch {
      diagnostics.report(
        node.source.error("\(what): \(error.message)", at: node.position(ofByte: error.offset)))
    }
  }
}
