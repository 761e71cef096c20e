/// Templates that know each other: the definitions of several files, of which a later one replaces an earlier one of the same name.
package struct TemplateSet: Sendable {
  /// The functions that the templates may call.
  package let functions: TemplateFunctions
  /// What they may cost.
  package let limits: TemplateLimits

  private(set) var definitions: [String: TemplateDefinition] = [:]

  /// An empty set.
  package init(functions: TemplateFunctions, limits: TemplateLimits = TemplateLimits()) {
    self.functions = functions
    self.limits = limits
  }

  /// The names of the templates, sorted.
  package var names: [String] { definitions.keys.sorted() }

  /// Adds a file: all that it defines, and the file itself under its name. A definition of nothing but white space does not
  /// replace one that has content.
  package mutating func add(_ text: String, name: String) throws(TemplateError) {
    let (main, found) = try parse(text, name: name, variables: [])
    for definition in found + [main]
    where !definition.isEmpty || definitions[definition.name] == nil {
      definitions[definition.name] = definition
    }
  }

  /// Parses a text that may call the templates of the set.
  ///
  /// `variables` are names such as `$labels` that exist from the start; `name` is what errors call the text.
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
