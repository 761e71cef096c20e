import MetricModel
import Testing

@testable import PromQLSyntax

/// A small repeatable random number generator.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_f491_4f6c_dd1d
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
}

/// Makes random texts of the grammar.
struct ExpressionMaker {
  var dice: Dice
  private static let names = [
    "a", "b:c", "sum", "by", "offset", "start", "{\"x.y\"}", "{on=\"1\"}", "up{job!~\"a|b\"}",
    "{\"nan\"}", "and", "without", "step", "fill",
  ]
  private static let durations = [
    "5m", "300", "1h30m", "1.5", "(1m+2)", "step()", "min_of(step(), 1m)", "-step()",
    "(2^3)", "max_of(range(), 5s)",
  ]

  init(seed: UInt64) { dice = Dice(seed: seed) }

  mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else { return leaf() }
    switch Int.random(in: 0..<8, using: &dice) {
    case 0: return "(\(expression(depth - 1)))"
    case 1: return "\(dice.pick(["-", "+"]))\(expression(depth - 1))"
    case 2, 3:
      let operation = dice.pick(BinaryOperator.allCases)
      return
        "\(expression(depth - 1)) \(operation.rawValue)\(modifiers(operation)) "
        + expression(depth - 1)
    case 4: return aggregation(depth)
    case 5: return "f(\(expression(depth - 1)), \(expression(depth - 1)))"
    case 6:
      return "(\(expression(depth - 1)))[\(subqueryLength):\(dice.pick(["", "1m"]))]\(times)"
    default: return "g(\(dice.pick(Self.names))[\(duration)]\(times))"
    }
  }

  private var duration: String {
    mutating get { dice.pick(Self.durations.filter { !$0.hasPrefix("-") }) }
  }

  /// Like Prometheus, the parser refuses a colon without a number before it.
  private var subqueryLength: String {
    mutating get { dice.pick(Self.durations.filter { $0 != "step()" && !$0.hasPrefix("-") }) }
  }

  private var times: String {
    mutating get {
      dice.pick([
        "", "", " offset \(dice.pick(Self.durations.filter { !$0.hasPrefix("(") }))",
        " offset -\(dice.pick(Self.durations.filter { $0.hasPrefix("(") }))", " @ 12.5",
        " @ end() offset -3m",
      ])
    }
  }

  private mutating func leaf() -> String {
    switch Int.random(in: 0..<4, using: &dice) {
    // Infinity prints with a sign, which binds looser than `^`: Prometheus' text parses
    // differently.
    case 0: dice.pick(["1", "0x10", "1e100", "2.5e-3", "3m", "0.1", "-5"])
    case 1: dice.pick(["\"a\\\"b\"", "'\\n'", "`\\`"])
    default: dice.pick(Self.names) + times
    }
  }

  private mutating func aggregation(_ depth: Int) -> String {
    let operation = dice.pick(AggregationOperator.allCases)
    let parameter = operation.parameterType == nil ? "" : expression(0) + ", "
    let clause = dice.pick(["", "by (x, \"y.z\")", "without ()", "by ()"])
    let body = "(\(parameter)\(expression(depth - 1)))"
    let isBefore = Bool.random(using: &dice)
    return operation.rawValue + (isBefore ? " \(clause)\(body)" : "\(body) \(clause)")
  }

  private mutating func modifiers(_ operation: BinaryOperator) -> String {
    var text = operation.isComparison && Bool.random(using: &dice) ? " bool" : ""
    text += dice.pick(["", " on (x)", " ignoring (x, y)", " on ()"])
    guard !operation.isSetOperator else { return text }
    if text.contains("(") { text += dice.pick(["", " group_left (z)", " group_right ()"]) }
    return text + dice.pick(["", "", " fill (1)", " fill_left (-2)"])
  }
}

@Test func everyExpressionPrintsAsAnEqualTree() throws {
  for seed in 1...3000 {
    var maker = ExpressionMaker(seed: UInt64(seed))
    let text = maker.expression(4)
    guard let tree = try? PromQLParser.parse(text) else {
      Issue.record("does not read: \(text)")
      continue
    }
    let printed = tree.description
    let again = try PromQLParser.parse(printed)
    #expect(again.withoutRanges == tree.withoutRanges, "\(text) printed \(printed)")
  }
}

@Test func mutatedTextsNeverCrash() {
  let checker = TypeChecker(functions: [
    FunctionSignature("f", [.vector, .vector]), FunctionSignature("g", [.matrix]),
  ])
  let pieces = [
    "(", ")", "{", "}", "[", "]", "\"", "\\", "@", "offset", "^", "-", "1e", "0x", "é", "\u{0}",
  ]
  var parsed = 0
  for seed in 1...6000 {
    var maker = ExpressionMaker(seed: UInt64(seed))
    var bytes = Array(maker.expression(3).utf8)
    for _ in 0..<Int.random(in: 1...4, using: &maker.dice) {
      let place = Int.random(in: 0...bytes.count, using: &maker.dice)
      switch Int.random(in: 0..<4, using: &maker.dice) {
      case 0 where place < bytes.count: bytes.remove(at: place)
      case 1 where place < bytes.count:
        bytes[place] = UInt8.random(in: 0...255, using: &maker.dice)
      case 2: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: maker.dice.pick(pieces).utf8, at: place)
      }
    }
    if let tree = try? PromQLParser.parse(String(decoding: bytes, as: UTF8.self)) {
      parsed += 1
      _ = try? checker.check(tree)
    }
  }
  #expect(parsed > 0)
}
