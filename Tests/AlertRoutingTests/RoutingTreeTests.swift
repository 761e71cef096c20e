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
  func tr1_firstMatchingChildTakesTheAlert(labels: [String: String], receivers: [String]) throws {
    let tree = RoutingTree(try configuration())
    #expect(tree.routes(for: Labels(labels)).map(\.receiver) == receivers)
  }

  @Test func tr3_childrenInheritWhatTheyDoNotSay() throws {
    let tree = RoutingTree(try configuration())
    let route = try #require(
      tree.routes(for: ["service": "pg", "role": "primary", "env": "prod"]).first)
    #expect(route.receiver == "db" && route.groupBy == .labels([]))
    #expect(route.repeatInterval == .hours(1))
    #expect(!route.continues && route.muteTimeIntervals.isEmpty)
  }

  @Test func tr4_defaults() throws {
    let root = RoutingTree(try configuration()).root
    #expect(root.groupWait == .seconds(30))
    #expect(root.groupInterval == .minutes(5))
    #expect(root.repeatInterval == .hours(4))
  }

  @Test func tr6_theGroupKeyNamesThePathAndTheLabels() throws {
    let tree = RoutingTree(try configuration())
    let labels: Labels = ["service": "pg", "role": "primary", "env": "prod", "alertname": "X"]
    let route = try #require(tree.routes(for: labels).first)
    #expect(
      route.groupKey(of: labels).description
        == #"{}/{service=~"pg|redis"}/{env="prod",role="primary"}:{}"#)
    #expect(tree.root.groupKey(of: labels).description == #"{}:{alertname="X"}"#)
  }

  @Test func tr5_threeDotsGroupByAllLabels() {
    let labels: Labels = ["alertname": "X", "instance": "a"]
    #expect(GroupBy.all.groupLabels(of: labels) == labels)
    #expect(GroupBy.labels(["instance", "missing"]).groupLabels(of: labels) == ["instance": "a"])
  }

  private func fault(_ change: (inout NotificationConfiguration) -> Void) throws -> String {
    var configuration = try configuration()
    change(&configuration)
    do {
      _ = try configuration.resolved()
      return ""
    } catch {
      return error.description
    }
  }

  @Test func tr2_theRootTakesEverything() throws {
    #expect(try fault { _ in }.isEmpty)
    #expect(try fault { $0.route.receiver = nil } == "the root route needs a receiver")
    #expect(try fault { $0.route.matchers = [LabelMatcher("a", equals: "b")] }.contains("matchers"))
    #expect(try fault { $0.route.continues = true }.contains("continue"))
    #expect(try fault { $0.route.muteTimeIntervals = ["x"] }.contains("time intervals"))
  }

  @Test func tr7_namesMustExistAndBeUnique() throws {
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

  @Test func tr4_tr5_badOptionsAreRefused() throws {
    #expect(try fault { $0.route.routes[0].groupInterval = .zero }.contains("group_interval"))
    #expect(try fault { $0.route.repeatInterval = .zero }.contains("repeat_interval"))
    #expect(try fault { $0.route.groupBy = .labels(["a", "a"]) }.contains("twice"))
    #expect(try fault { $0.route.groupBy = .labels(["a", "..."]) }.contains("alone"))
  }

  @Test func cf2_globalDefaultsFillReceivers() throws {
    var configuration = try configuration()
    configuration.receivers[0].integrations = [
      IntegrationDefinition(.slack(SlackSettings())),
      IntegrationDefinition(.email(EmailSettings())),
    ]
    #expect(throws: RoutingError.self) { try configuration.resolved() }
    configuration.global.slackAPIURL = .text("https://hooks.example/x")
    configuration.global.smtpSmarthost = HostPort("mail:25")
    configuration.global.smtpFrom = "tocsin@example.org"
    #expect(throws: RoutingError.self) { try configuration.resolved() }
    var email = EmailSettings()
    email.to = "ops@example.org"
    configuration.receivers[0].integrations[1].settings = .email(email)
    let resolved = try configuration.resolved().receivers[0].integrations
    guard case .slack(let slack) = resolved[0].settings,
      case .email(let mail) = resolved[1].settings
    else {
      Issue.record("the kinds changed")
      return
    }
    #expect(slack.apiURL == .text("https://hooks.example/x"))
    #expect(mail.from == "tocsin@example.org" && mail.requireTLS == true)
    #expect(!resolved[0].sendResolved && !resolved[1].sendResolved)
  }
}
