import AlertRules
import Codecs
import MetricModel
import PromQLSyntax
import WebServer

/// `rules` and `alerts`.
struct RuleEndpoints: Sendable {
  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.api("rules") { request throws(APIError) in try await rules(request) }
    router.api("alerts") { _ throws(APIError) in
      let alerts = await sources.rules().flatMap { $0.rules.flatMap(\.alerts) }
      return APIAnswer { json in
        json.object { json in
          json.key("alerts")
          json.array { json in for alert in alerts { json.alert(alert) } }
        }
      }
    }
  }

  private func rules(_ request: HTTPRequest) async throws(APIError) -> APIAnswer {
    let parameters = RequestParameters(request)
    let filter = try RuleFilter(parameters)
    let excludesAlerts = try parameters.flag("exclude_alerts")
    let all = await sources.rules()
    let (page, nextToken) = try page(of: all, parameters)
    return APIAnswer { json in
      json.object { json in
        json.key("groups")
        json.array { json in
          for group in page {
            guard let rules = filter.rules(of: group) else { continue }
            json.group(group, rules, excludesAlerts: excludesAlerts)
          }
        }
        if let nextToken { json.member("groupNextToken", nextToken) }
      }
    }
  }

  /// The groups from the token on, up to the limit, and the token of the group that follows.
  private func page(
    of groups: [RuleGroupSnapshot], _ parameters: RequestParameters
  ) throws(APIError) -> (ArraySlice<RuleGroupSnapshot>, String?) {
    let limit = try parameters.groupLimit()
    let token = parameters["group_next_token"]
    guard let limit else {
      guard token == nil else {
        throw .invalidParameter(
          "group_next_token", "group_limit needs to be present in order to paginate over the groups"
        )
      }
      return (groups[...], nil)
    }
    var first = 0
    if let token {
      guard let index = groups.firstIndex(where: { Digest.sha256Text(of: $0.key) == token }) else {
        throw .invalidParameter(
          "group_next_token",
          "invalid group_next_token '\(token)'. were rule groups changed?")
      }
      first = index
    }
    let end = min(groups.count, first + limit)
    return (groups[first..<end], end < groups.count ? Digest.sha256Text(of: groups[end].key) : nil)
  }
}

extension JSONWriter {
  fileprivate mutating func group(
    _ group: RuleGroupSnapshot, _ rules: [RuleSnapshot], excludesAlerts: Bool
  ) {
    object { json in
      json.member("name", group.name)
      json.member("file", group.file)
      json.key("rules")
      json.array { json in
        for rule in rules {
          if rule.isAlerting {
            json.alertingRule(rule, excludesAlerts: excludesAlerts)
          } else {
            json.recordingRule(rule)
          }
        }
      }
      json.key("interval")
      json.number(group.interval.seconds)
      json.key("limit")
      json.integer(group.limit)
      json.key("evaluationTime")
      json.number(group.evaluationTime)
      json.key("lastEvaluation")
      json.time(group.lastEvaluation)
    }
  }

  private mutating func alertingRule(_ rule: RuleSnapshot, excludesAlerts: Bool) {
    object { json in
      json.member("state", rule.state?.rawValue ?? "unknown")
      json.nameAndQuery(rule)
      json.key("duration")
      json.number(rule.definition.hold.seconds)
      json.key("keepFiringFor")
      json.number(rule.definition.keepFiringFor.seconds)
      json.key("labels")
      json.labels(rule.labels)
      json.key("annotations")
      json.map(rule.definition.annotations)
      json.key("alerts")
      if excludesAlerts {
        json.null()
      } else {
        json.array { json in for alert in rule.alerts { json.alert(alert) } }
      }
      json.healthAndTimes(rule)
      json.member("type", "alerting")
    }
  }

  private mutating func recordingRule(_ rule: RuleSnapshot) {
    object { json in
      json.nameAndQuery(rule)
      if !rule.labels.isEmpty {
        json.key("labels")
        json.labels(rule.labels)
      }
      json.healthAndTimes(rule)
      json.member("type", "recording")
    }
  }

  private mutating func nameAndQuery(_ rule: RuleSnapshot) {
    member("name", rule.definition.name)
    member("query", rule.definition.expression.tree.description)
  }

  private mutating func healthAndTimes(_ rule: RuleSnapshot) {
    member("health", rule.health.rawValue)
    if let error = rule.lastError { member("lastError", error) }
    key("evaluationTime")
    number(rule.evaluationTime)
    key("lastEvaluation")
    time(rule.lastEvaluation)
  }

  /// Writes an alert of a rule.
  fileprivate mutating func alert(_ alert: ActiveAlert) {
    object { json in
      json.key("labels")
      json.labels(alert.labels)
      json.key("annotations")
      json.labels(alert.annotations)
      json.member("state", alert.machine.state.rawValue)
      json.key("activeAt")
      json.time(alert.machine.activeAt)
      if let since = alert.machine.keepFiringSince {
        json.key("keepFiringSince")
        json.time(since)
      }
      json.member("value", ScientificText.string(alert.value))
    }
  }
}
