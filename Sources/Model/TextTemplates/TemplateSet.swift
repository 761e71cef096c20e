/// The template definitions of several files. A later definition replaces an earlier one of the
/// same name.
package struct TemplateSet: Sendable {
  /// The functions that the templates may call.
  package let functions: TemplateFunctions
  /// The limits of the templates.
  package let limits: TemplateLimits

  private(set) var definitions: [String: TemplateDefinition] = [:]

  /// Creates an empty set.
  package init(functions: TemplateFunctions, limits: TemplateLimits = TemplateLimits()) {
    self.functions = functions
    self.limits = limits
  }

  /// The sorted names of the templates.
  package var names: [String] { definitions.keys.sorted() }

  /// Adds a file: its definitions, and the file itself under its name.
  ///
  /// As in Go, a definition of only white space does not replace one with content.
  package mutating func add(_ text: String, name: String) throws(TemplateError) {
    let (main, found) = try parse(text, name: name, variables: [])
    for definition in found + [main]
    where !definition.isEmpty || definitions[definition.name] == nil {
      definitions[definition.name] = definition
    }
  }

  /// Parses a text that may call the templates of the set.
  ///
  /// `variables` are names such as `$labels` that are in scope from the start; `name` is the name
  /// of the text in errors.
  package func template(
    _ text: String, name: String, variables: [String] = []
  ) throws(TemplateError) -> Template {
    let (main, found) = try parse(text, name: name, variables: variables)
    var all = definitions
    for definition in found where !definition.isEmpty || all[definition.name] == nil {
      all[definition.name] = definition
    }
    return Template(main: main, definitions: all, functions: functions, limits: limits)
  }

  private func parse(
    _ text: String, name: String, variables: [String]
  ) throws(TemplateError) -> (main: TemplateDefinition, found: [TemplateDefinition]) {
    let source = TemplateSource(name: name, text: text)
    do {
      var parser = try TemplateParser(
        source, functions: functions, variables: variables, limits: limits)
      let body = try parser.parse()
      return (TemplateDefinition(name: name, source: source, body: body), parser.definitions)
    } catch {
      throw TemplateError(error, source: source)
    }
  }
}
