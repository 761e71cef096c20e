import Codecs
package import MetricModel

/// A parsed template, which can be rendered any number of times from any thread.
package struct Template: Sendable {
  /// The format of the output.
  package enum Format: Sendable {
    /// Plain text: values are written as they are.
    case text
    /// HTML: values are escaped for the position where they stand.
    case html
  }

  let main: TemplateDefinition
  let definitions: [String: TemplateDefinition]
  let functions: TemplateFunctions
  let limits: TemplateLimits

  /// The source text.
  package var text: String { main.source.text }

  /// Whether the template has no actions, and so always renders to its own text.
  package var isConstant: Bool {
    main.body.allSatisfy {
      if case .text = $0 { return true }
      return false
    }
  }

  /// Renders the template.
  ///
  /// `data` is the dot. `variables` are the values of those that were named when the template was
  /// parsed; a missing one is `nil`. `now` is the instant for functions such as `now` and `since`.
  ///
  /// - Throws: ``TemplateError``, also for a template that calls `query`.
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

  /// Renders a template that may call `query`.
  ///
  /// Rendering is synchronous. At a query without an answer it stops; the query is made, and
  /// rendering starts again with its answer. Templates have no side effects, so the repetition is
  /// not visible. Each expression is queried once.
  ///
  /// - Throws: ``TemplateError``, also for more queries than the limits allow.
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
