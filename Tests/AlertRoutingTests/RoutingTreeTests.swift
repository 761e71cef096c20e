import MetricModel
import Testing

@testable import AlertRouting

/// The routes of a small company.
private func configuration() throws -> NotificationConfiguration {
  var configuration = NotificationConfiguration()
  configuration.receivers = ["all", "db", "pager", "web"].map { ReceiverDefinition(name: $0) }
  configuration.route.receiver = "all"
  configuration.route.groupBy = .labels(["alertname"])
  var pager = RouteDefinition()
  pager.receiver = "pager"
  pager.matchers = [LabelMatcher("severity", equals: "page")]
  pager.continues = true
  pager.groupWait = .zero
  var database = RouteDefinition()
  database.receiver = "db"
  database.matchers = [try LabelMatcher("service", .matches, "pg|redis")]
  database.groupBy = .labels([])
  database.repeatInterval = .hours(1)
  var primary = RouteDefinition()
  primary.matchers = [LabelMatcher("role", equals: "primary"), LabelMatcher("env", equals: "prod")]
  database.routes = [primary]
  var web = RouteDefinition()
  web.receiver = "web"
  web.matchers = [LabelMatcher("service", equals: "redis")]
  configuration.route.routes = [pager, database, web]
  return configuration
}

@Suite struct RoutingTreeTests {
  @Test(
    arguments: [
      ([:], ["all"]),
      (["service": "pg"], ["db"]),
      (["service": "redis"], ["db"]),
      (["service": "pg", "severity": "page"], ["pager", "db"]),
      (["severity": "page"], ["pager"]),
      (["service": "pg", "role": "primary", "env": "prod"], ["db"]),
    ] as [([String: String], [String])])
  func firstMatchingChildTakesTheAlert(labels: [String: String], receivers: [String]) throws {
    let tree = RoutingTree(try configuration())
    #expect(tree.routes(for: Labels(labels)).map(\.receiver) == receivers)
  }

  @Test func childrenInheritWhatTheyDoNotSet() throws {
    let tree = RoutingTree(try configuration())
    let route = try #require(
      tree.routes(for: ["service": "pg", "role": "primary", "env": "prod"]).first)
    #expect(route.receiver == "db" && route.groupBy == .labels([]))
    #expect(route.repeatInterval == .hours(1))
    #expect(!route.continues && route.muteTimeIntervals.isEmpty)
  }

  @Test func defaults() throws {
    let root = RoutingTree(try configuration()).root
    #expect(root.groupWait == .seconds(30))
    #expect(root.groupInterval == .minutes(5))
    #expect(root.repeatInterval == .hours(4))
  }

  @Test func theGroupKeyNamesThePathAndTheLabels() throws {
    let tree = RoutingTree(try configuration())
    let labels: Labels = ["service": "pg", "role": "primary", "env": "prod", "alertname": "X"]
    let route = try #require(tree.routes(for: labels).first)
    #expect(
      route.groupKey(of: labels).description
        == #"{}/{service=~"pg|redis"}/{env="prod",role="primary"}:{}"#)
    #expect(tree.root.groupKey(of: labels).description == #"{}:{alertname="X"}"#)
  }

  @Test func routesWithEqualMatchersHaveGroupsOfTheirOwn() throws {
    var configuration = try configuration()
    configuration.route.routes.append(configuration.route.routes[1])
    let tree = RoutingTree(configuration)
    #expect(tree.routes.map(\.index) == Array(tree.routes.indices))
    let twins = tree.routes.filter { $0.path == #"{}/{service=~"pg|redis"}"# }
    #expect(twins.map(\.occurrence) == [0, 1])
    let keys = twins.map { $0.groupKey(of: ["service": "pg"]) }
    #expect(keys[0] != keys[1] && keys[0].description == keys[1].description)
    #expect(keys.sorted() == keys)
  }

  @Test func threeDotsGroupByAllLabels() {
    let labels: Labels = ["alertname": "X", "instance": "a"]
    #expect(GroupBy.all.groupLabels(of: labels) == labels)
    #expect(GroupBy.labels(["instance", "missing"]).groupLabels(of: labels) == ["instance": "a"])
  }

  private func fault(_ change: (inout NotificationConfiguration) -> Void) throws -> String {
    var configuration = try configuration()
    change(&configuration)
    do {
      try configuration.check()
      return ""
    } catch {
      return error.description
    }
  }

  @Test func theRootMatchesEverything() throws {
    #expect(try fault { _ in }.isEmpty)
    #expect(try fault { $0.route.receiver = nil } == "the root route needs a receiver")
    #expect(try fault { $0.route.matchers = [LabelMatcher("a", equals: "b")] }.contains("matchers"))
    #expect(try fault { $0.route.continues = true }.contains("continue"))
    #expect(try fault { $0.route.muteTimeIntervals = ["x"] }.contains("time intervals"))
  }

  @Test func namesMustExistAndBeUnique() throws {
    #expect(
      try fault {
        $0.route.routes[0].receiver = "nobody"
        $0.route.routes[0].line = 7
      } == #"line 7: unknown receiver "nobody"; define it under receivers:"#)
    #expect(
      try fault { $0.receivers.append(ReceiverDefinition(name: "db")) }.contains("used twice"))
    #expect(try fault { $0.receivers = [] }.contains("no receivers"))
    #expect(
      try fault { $0.route.routes[1].muteTimeIntervals = ["x"] }.contains("unknown time interval"))
  }

  @Test func badOptionsAreRefused() throws {
    #expect(try fault { $0.route.routes[0].groupInterval = .zero }.contains("group_interval"))
    #expect(try fault { $0.route.repeatInterval = .zero }.contains("repeat_interval"))
    #expect(try fault { $0.route.groupBy = .labels(["a", "a"]) }.contains("twice"))
    #expect(try fault { $0.route.groupBy = .labels(["a", "..."]) }.contains("alone"))
  }
}
