package import MetricModel

/// A parsed text, ready to be rendered any number of times, from any thread.
package struct Template: Sendable {
  /// What the output is.
  package enum Format: Sendable {
    /// Plain text: what actions print is written as it is.
    case text
    /// HTML: what actions print is escaped for the place where it stands.
    case html
  }

  let main: TemplateDefinition
  let definitions: [String: TemplateDefinition]
  let functions: TemplateFunctions
  let limits: TemplateLimits

  /// The text that was parsed.
  package var text: String { main.source.text }

  /// Whether the text has no actions and so always renders to itself.
  package var isConstant: Bool {
    main.body.allSatisfy {
      if case .text = $0 { return true }
      return false
    }
  }

  /// Renders the template.
  ///
  /// `data` is the dot, `variables` are those that were named when it was parsed (a missing one is nothing), `now` is the
  /// instant that functions such as `now` and `since` go by. A template that asks for `query` fails here.
  package func render(
    _ data: TemplateValue, variables: [String: TemplateValue] = [:], format: Format = .text,
    now: Timestamp
  ) throws(TemplateError) -> String {
    do {
      return try renderer(format, now, answers: [:]).run(self, data: data, variables: variables)
    } catch {
      switch error {
      case .failed(let failure): throw failure
      case .needsAnswer(let expression, let fault, let source):
        let message = "query \(GoQuoting.quoted(expression)): queries cannot be made here"
        throw TemplateError(PlacedFault(message, at: fault.offset), source: source)
      }
    }
  }

  /// Renders a template that may query.
  ///
  /// Rendering itself never waits. When it meets a query without an answer it stops, the query is made, and rendering starts
  /// again with one answer more; templates have no side effects, so nobody can tell. Each expression is queried once.
  package func render(
    _ data: TemplateValue, variables: [String: TemplateValue] = [:], format: Format = .text,
    now: Timestamp, query: (String) async throws -> TemplateValue
  ) async throws(TemplateError) -> String {
    var answers: [String: Result<TemplateValue, TemplateFault>] = [:]
    while true {
      let expression: String
      do {
        return try renderer(format, now, answers: answers)
          .run(self, data: data, variables: variables)
      } catch {
        switch error {
        case .failed(let failure): throw failure
        case .needsAnswer(let asked, let fault, let source):
          guard answers.count < limits.queries else {
            throw TemplateError(
              PlacedFault("more than \(limits.queries) queries", at: fault.offset), source: source)
          }
          expression = asked
        }
      }
      do {
        answers[expression] = .success(try await query(expression))
      } catch {
        answers[expression] = .failure(TemplateFault("\(error)"))
      }
    }
  }

  private func renderer(
    _ format: Format, _ now: Timestamp, answers: [String: Result<TemplateValue, TemplateFault>]
  ) -> TemplateRenderer {
    TemplateRenderer(
      definitions: definitions, functions: functions, limits: limits, isHTML: format == .html,
      now: now, answers: answers)
  }
}
