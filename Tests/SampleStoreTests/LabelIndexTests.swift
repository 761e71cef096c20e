import MetricModel
import TestSupport
import Testing

@testable import SampleStore

/// The index finds the same series as a search through all label sets.
struct LabelIndexTests {
  @Test(arguments: UInt64(1)...60)
  func theIndexAgreesWithLookingAtEverySeries(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    var index = LabelIndex()
    var labels: [Labels] = []
    var live: Set<UInt32> = []
    for slot in 0..<UInt32(Int.random(in: 1...80, using: &random)) {
      labels.append(Self.labels(&random))
      index.insert(slot, labels[Int(slot)])
      live.insert(slot)
    }
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      let some = live.filter { _ in Int.random(in: 0...9, using: &random) == 0 }.sorted()
      index.remove(some.map { ($0, labels[Int($0)]) })
      live.subtract(some)
      guard let slot = some.first else { continue }
      if Bool.random(using: &random) {
        labels[Int(slot)] = Self.labels(&random)
        index.insert(slot, labels[Int(slot)])
        live.insert(slot)
      }
    }
    #expect(index.all == live.sorted())
    for _ in 0..<60 {
      let matchers = try (0..<Int.random(in: 0...4, using: &random)).map { _ in
        try Self.matcher(&random)
      }
      let expected = live.sorted().filter { slot in
        matchers.allSatisfy { $0.matches(labels[Int(slot)]) }
      }
      #expect(index.select(matchers, labels: labels) == expected, "\(matchers)")
    }
  }

  @Test func removingAllLeavesNothing() {
    var index = LabelIndex()
    let labels: Labels = ["__name__": "up", "job": "node"]
    index.insert(4, labels)
    index.insert(2, labels)
    index.remove([(2, labels), (4, labels)])
    #expect(index.names.isEmpty)
    #expect(index.all.isEmpty)
  }

  @Test(arguments: UInt64(1)...40)
  func theStoredOrderIsTheOrderOfLabels(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var order = SeriesOrder()
    var labels: [Labels] = []
    for _ in 0..<4 {
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        order.insert(UInt32(labels.count))
        // Distinct, as label sets of series are.
        labels.append(Self.labels(&random).setting("unique", "\(random.next() % 10_000_000)"))
      }
      var slots = labels.indices.map { UInt32($0) }.shuffled(using: &random)
      slots.removeLast(slots.count / 3)
      let expected = slots.sorted { labels[Int($0)] < labels[Int($1)] }
      order.sort(&slots, labels: labels)
      #expect(slots == expected)
    }
  }

  @Test(arguments: [([], []), ([1, 3, 5], [2, 3, 4]), ([1], Array(0...99)), (Array(0...99), [7])])
  func listsAreCutAndSubtracted(left: [UInt32], right: [UInt32]) {
    let leftSet = Set(left)
    #expect(Postings.intersection(left, right) == leftSet.intersection(right).sorted())
    #expect(Postings.subtracting(left, right) == leftSet.subtracting(right).sorted())
  }

  static func labels(_ random: inout RepeatableRandom) -> Labels {
    var pairs: [(String, String)] = []
    for name in ["__name__", "job", "instance", "le"]
    where Int.random(in: 0...3, using: &random) > 0 {
      pairs.append((name, ["a", "ab", "b", "node", ""].randomElement(using: &random) ?? ""))
    }
    return Labels(pairs)
  }

  static func matcher(_ random: inout RepeatableRandom) throws -> LabelMatcher {
    let name = ["__name__", "job", "instance", "le", "absent"].randomElement(using: &random) ?? ""
    let operation = LabelMatcher.Operation.allCases.randomElement(using: &random) ?? .equal
    let values = ["a", "ab", "", "node", "a.*", ".*", ".+", "a|b", "(a|)", "x", "n?ode"]
    return try LabelMatcher(name, operation, values.randomElement(using: &random) ?? "")
  }
}
