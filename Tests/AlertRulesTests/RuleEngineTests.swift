import AlertRules
import MetricModel
import PromQLEngine
import PromQLSyntax
import TestSupport
import Testing

@Suite struct RuleEngineTests {
  private let engine = QueryEngine(querier: MemoryQuerier())
  private let instant = Timestamp(rawValue: 1_000_000)

  @Test func rulesAreEvaluatedByTheEngine() async throws {
    let expression = try RuleExpression("vector(2) * 3")
    #expect(
      try await engine.ruleQuery(expression.tree, instant)
        == .vector([VectorElement(labels: .empty, value: .float(6))], at: instant))
  }

  @Test func anExpressionIsItsText() throws {
    let expression = try RuleExpression("sum(up)by(job)", line: 3, column: 11)
    #expect(expression.tree.description == "sum by (job) (up)")
    #expect(try expression == RuleExpression("sum(up)by(job)", line: 4, column: 1))
    #expect(try expression != RuleExpression("sum by (job) (up)"))
    #expect(throws: ParseError.self) { try RuleExpression("sum(") }
  }

  @Test func templatesWalkOverVectorsAndScalars() async throws {
    let queries = TemplateQueries(engine: engine)
    for _ in 0..<2 {
      let elements = try await queries.elements(of: "time()", at: instant)
      #expect(elements.map(\.0) == [.empty] && elements.map(\.1) == [1000])
    }
    await #expect(throws: ParseError.self) {
      try await queries.elements(of: "sum(", at: instant)
    }
    let error = await #expect(throws: (any Error).self) {
      try await queries.elements(of: "\"text\"", at: instant)
    }
    #expect(error.map { "\($0)" } == "the result is not a vector or scalar")
  }
}
