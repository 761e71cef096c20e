import MetricModel
import Testing

@testable import AlertRules

/// A group, named by its first rule, of lines such as "alert: up == 0" or "a:b <- sum(a)".
private func group(_ name: String, _ rules: [String], offset: Duration = .zero)
  -> RuleGroupDefinition
{
  RuleGroupDefinition(
    file: "f", name: name, queryOffset: offset,
    rules: rules.map { text in
      guard let separator = text.firstRange(of: " <- ") else {
        return RuleDefinition(.alert("A"), expression: text)
      }
      return RuleDefinition(
        .record(String(text[..<separator.lowerBound])),
        expression: String(text[separator.upperBound...]))
    })
}

@Suite struct RuleDependencyGraphTests {
  /// The expressions of a group with an alert, the metrics of a scrape, and whether the scrape
  /// triggers the group.
  static let readings: [(String, Set<String>, Bool)] = [
    ("up == 0", ["up"], true),
    ("up == 0", ["down"], false),
    ("rate(a_total[5m]) > on() b", ["b"], true),
    ("rate(a_total[5m]) > on() b", ["a_total"], true),
    ("max_over_time(rate(a_total[1m])[10m:]) > 1", ["a_total"], true),
    ("absent(up{job=\"x\"})", ["up"], true),
    ("{__name__=\"up\", job=\"x\"}", ["up"], true),
    ("{__name__=~\"node_.*\"}", ["x", "node_load1"], true),
    ("{__name__=~\"node_.*\"}", ["x"], false),
    ("{__name__=~\"node_.*\", __name__!=\"node_load1\"}", ["node_load1"], false),
    ("{job=\"x\"}", ["anything"], true),
    ("vector(1)", ["up"], false),
  ]

  @Test(arguments: readings)
  func aScrapeTriggersAGroupThatReadsOneOfItsMetrics(
    _ expression: String, _ names: Set<String>, _ isFed: Bool
  ) {
    let feeds = RuleDependencyGraph([group("g", [expression])])
    #expect(feeds.groups(readingAnyOf: names) == (isFed ? ["f;g"] : []))
  }

  @Test func recordedSeriesTriggerIfAnAlertDependsOnThem() {
    let feeds = RuleDependencyGraph([
      group("records", ["a:sum <- sum(a)"]), group("between", ["b:sum <- a:sum * 2"]),
      group("alerts", ["b:sum > 1"]), group("unread", ["c:sum <- sum(a)"]),
    ])
    #expect(feeds.groups(readingAnyOf: ["a"]) == ["f;records"])
    #expect(feeds.groups(dependingOn: "f;records") == ["f;between"])
    #expect(feeds.groups(dependingOn: "f;between") == ["f;alerts"])
    #expect(feeds.groups(dependingOn: "f;alerts") == [])
    #expect(feeds.groups(dependingOn: "f;unread") == [])
  }

  @Test func rulesThatReadThePastAreNotTriggered() {
    let feeds = RuleDependencyGraph([group("g", ["up == 0"], offset: .minutes(1))])
    #expect(feeds.groups(readingAnyOf: ["up"]) == [])
  }

  @Test func followingGroupsThatReadEachOtherEnds() {
    let feeds = RuleDependencyGraph([
      group("a", ["a:x <- b:x + x", "a:x > 1"]), group("b", ["b:x <- c:x"]),
      group("c", ["c:x <- a:x"]), group("watch", ["ALERTS == 1", "{job=\"all\"}"]),
    ])
    #expect(feeds.groups(readingAnyOf: ["x"]) == ["f;a", "f;watch"])
    for start in ["a", "b", "c", "watch"] {
      var open = ["f;\(start)"]
      var steps = 0
      while let next = open.popLast(), steps < 100 {
        open += feeds.groups(dependingOn: next)
        steps += 1
      }
      #expect(steps < 20, "from \(start)")
    }
  }
}
