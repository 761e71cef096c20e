import Testing

struct ParsedQueryTests {
  @Test(arguments: [
    ("1", #"{"type":"numberLiteral","val":"1"}"#),
    (
      "-up",
      #"{"type":"unaryExpr","op":"-","expr":{"type":"vectorSelector","name":"up","matchers":[{"name":"__name__","type":"=","value":"up"}],"offset":0,"offsetExpr":null,"timestamp":null,"startOrEnd":null,"anchored":false,"smoothed":false}}"#
    ),
    (
      "sum by (a) (rate(x[5m] offset 1m @ end()))",
      #"{"type":"aggregation","op":"sum","expr":{"type":"call","func":{"name":"rate","argTypes":["matrix"],"variadic":0,"returnType":"vector"},"args":[{"type":"matrixSelector","range":300000,"rangeExpr":null,"name":"x","matchers":[{"name":"__name__","type":"=","value":"x"}],"offset":60000,"offsetExpr":null,"timestamp":null,"startOrEnd":"end","anchored":false,"smoothed":false}]},"param":null,"grouping":["a"],"without":false}"#
    ),
    (
      "x[step()*2:]",
      #"{"type":"subquery","expr":{"type":"vectorSelector","name":"x","matchers":[{"name":"__name__","type":"=","value":"x"}],"offset":0,"offsetExpr":null,"timestamp":null,"startOrEnd":null,"anchored":false,"smoothed":false},"range":0,"rangeExpr":{"type":"durationExpr","op":"*","lhs":{"type":"durationExpr","op":"step","lhs":null,"rhs":null,"wrapped":false},"rhs":{"type":"numberLiteral","val":"2","duration":false},"wrapped":false},"step":0,"stepExpr":null,"offset":0,"offsetExpr":null,"timestamp":null,"startOrEnd":null}"#
    ),
    (
      "1e100", #"{"type":"numberLiteral","val":"1\#(String(repeating: "0", count: 100))"}"#
    ),
    (
      "1 > bool 2",
      #"{"type":"binaryExpr","op":">","lhs":{"type":"numberLiteral","val":"1"},"rhs":{"type":"numberLiteral","val":"2"},"matching":null,"bool":true}"#
    ),
  ])
  func syntaxTreesEqualThoseOfPrometheus(query: String, tree: String) async throws {
    let escaped = query.replacing(" ", with: "%20").replacing("%%", with: "%")
    #expect(try await APIFixture().data("parse_query?query=" + escaped) == tree)
  }

  @Test func fillsAreNumbers() async throws {
    let tree = try await APIFixture().data("parse_query?query=a-fill(1.5)b")
    #expect(tree.contains(#""fillValues":{"lhs":1.5,"rhs":1.5}"#))
    #expect(tree.contains(#""card":"one-to-one","labels":[],"on":false,"include":[]"#))
  }

  @Test func anInvalidExpressionIsBadData() async throws {
    let (status, text) = try await APIFixture().ask("/api/v1/parse_query?query=sum(")
    #expect(status == 400)
    #expect(text.contains(#"invalid parameter \"query\": 1:5: parse error"#))
  }
}
