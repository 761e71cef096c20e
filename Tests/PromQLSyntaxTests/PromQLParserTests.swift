import MetricModel
import Testing

@testable import PromQLSyntax

@Test func parsesASelector() throws {
  let expression = try PromQLParser.parse("up")
  #expect(expression.description == "up")
}
