import Testing

struct ParsedQueryTests {
  @Test(arguments: [
    ("1", #"{"type":"numberLiteral","val":"1"}"#),
    (
      "-up",
      #"{"type":"unaryExpr","op":"-","expr":{"type":"vectorSelector","name":"up","matchers":[{"name":"__name__","type":"=","value":"up"}],"offset":0,"timestamp":null,"startOrEnd":null,"anchored":false,"smoothed":false}}"#
    ),
    (
      "sum by (a) (rate(x[5m] offset 1m @ end()))",
      #"{"type":"aggregation","op":"sum","expr":{"type":"call","func":{"name":"rate","argTypes":["matrix"],"variadic":0,"returnType":"vector"},"args":[{"type":"matrixSelector","range":300000,"name":"x","matchers":[{"name":"__name__","type":"=","value":"x"}],"offset":60000,"timestamp":null,"startOrEnd":"end","anchored":false,"smoothed":false}]},"param":null,"grouping":["a"],"without":false}"#
    ),
    (
      "1 > bool 2",
      #"{"type":"binaryExpr","op":">","lhs":{"type":"numberLiteral","val":"1"},"rhs":{"type":"numberLiteral","val":"2"},"matching":null,"bool":true}"#
    ),
  ])
  func treesAreThoseOfPrometheus(query: String, tree: String) async throws {
    let escaped = query.replacing(" ", with: "%20").replacing("%%", with: "%")
    #expect(try await APIDesk().data("parse_query?query=" + escaped) == tree)
  }

  @Test func whatCannotBeParsedIsBadData() async throws {
    let (status, text) = try await APIDesk().ask("/api/v1/parse_query?query=sum(")
    #expect(status == 400)
    #expect(text.contains(#"invalid parameter \"query\": 1:5: parse error"#))
  }
}
