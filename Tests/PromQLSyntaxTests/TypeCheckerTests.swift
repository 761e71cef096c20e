import Testing

@testable import PromQLSyntax

private let checker = TypeChecker(functions: [
  FunctionSignature("rate", [.matrix]),
  FunctionSignature("abs", [.vector]),
  FunctionSignature("time", [], returns: .scalar),
  FunctionSignature("round", [.vector, .scalar], variadic: .optional(1)),
  FunctionSignature("label_join", [.vector, .string, .string, .string], variadic: .repeated),
])

@Test(arguments: [
  ("1 + 2", ValueType.scalar), ("a + 1", .vector), ("-a", .vector), ("\"x\"", .string),
  ("a[5m]", .matrix), ("rate(a[5m])", .vector), ("rate(a[5m])[1h:]", .matrix),
  ("time() > bool 1", .scalar), ("topk(1, a)", .vector), ("(time())", .scalar),
  ("round(a)", .vector), ("label_join(a, \"x\", \"-\")", .vector),
  ("label_join(a, \"x\", \"-\", \"y\", \"z\", \"w\")", .vector),
])
func findsTypes(text: String, type: ValueType) throws {
  #expect(try checker.check(PromQLParser.parse(text)) == type)
}

@Test(arguments: [
  ("nix(a)", "1:1: parse error: unknown function with name \"nix\""),
  (
    "rate(a)",
    "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"
  ),
  ("rate()", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 0"),
  ("round()", "1:1: parse error: expected at least 1 argument(s) in call to \"round\", got 0"),
  (
    "round(a, 1, 2)",
    "1:1: parse error: expected at most 2 argument(s) in call to \"round\", got 3"
  ),
  ("time(1)", "1:1: parse error: expected 0 argument(s) in call to \"time\", got 1"),
  ("1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
  (
    "1 and a",
    "1:1: parse error: set operator \"and\" not allowed in binary scalar expression"
  ),
  ("a + on(x) 1", "1:1: parse error: vector matching only allowed between instant vectors"),
  (
    "a + \"x\"",
    "1:5: parse error: binary expression must contain only scalar and instant vector types"
  ),
  (
    "-\"x\"",
    "1:1: parse error: unary expression only allowed on expressions of type scalar or instant "
      + "vector, got \"string\""
  ),
  (
    "sum(1)",
    "1:5: parse error: expected type instant vector in aggregation expression, got scalar"
  ),
  (
    "topk(a, a)",
    "1:6: parse error: expected type scalar in aggregation parameter, got instant vector"
  ),
  ("1[5m:1m]", "1:1: parse error: subquery is only allowed on instant vector, got scalar instead"),
])
func refusesWhatMakesNoSense(text: String, message: String) throws {
  let tree = try PromQLParser.parse(text)
  let error = #expect(throws: ParseError.self) { try checker.check(tree) }
  #expect(error?.description == message)
}
