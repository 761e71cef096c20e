import MetricModel

extension NotificationConfiguration {
  /// The configuration with global defaults copied into the receivers (CF2), after the checks that need the whole file:
  /// TR2, TR4, TR5, TR7, TI5.
  package func resolved() throws(RoutingError) -> NotificationConfiguration {
    var result = self
    try checkNames()
    try checkRoot()
    try checkRoute(route)
    for receiver in result.receivers.indices {
      for index in result.receivers[receiver].integrations.indices {
        let definition = result.receivers[receiver].integrations[index]
        result.receivers[receiver].integrations[index].settings = try resolved(
          definition, of: result.receivers[receiver])
      }
    }
    return result
  }

  private func checkNames() throws(RoutingError) {
    guard !receivers.isEmpty else {
      throw RoutingError(line: 0, reason: "no receivers; name at least one under receivers:")
    }
    var seen: Set<String> = []
    for receiver in receivers {
      guard !receiver.name.isEmpty else {
        throw RoutingError(line: receiver.line, reason: "a receiver has no name")
      }
      guard seen.insert(receiver.name).inserted else {
        throw RoutingError(
          line: receiver.line,
          reason: "receiver name \"\(receiver.name)\" is used twice; names must be unique")
      }
    }
    seen = []
    for interval in timeIntervals {
      guard !interval.name.isEmpty else {
        throw RoutingError(line: interval.line, reason: "a time interval has no name")
      }
      guard seen.insert(interval.name).inserted else {
        throw RoutingError(
          line: interval.line,
          reason: "time interval name \"\(interval.name)\" is used twice; names must be unique")
      }
    }
  }

  private func checkRoot() throws(RoutingError) {
    let line = route.line
    guard let receiver = route.receiver, !receiver.isEmpty else {
      throw RoutingError(line: line, reason: "the root route needs a receiver")
    }
    guard route.matchers.isEmpty else {
      throw RoutingError(
        line: line, reason: "the root route takes every alert and must not have matchers")
    }
    guard !route.continues else {
      throw RoutingError(line: line, reason: "the root route must not have continue: true")
    }
    guard route.muteTimeIntervals.isEmpty, route.activeTimeIntervals.isEmpty else {
      throw RoutingError(
        line: line,
        reason: "the root route must not have mute or active time intervals; put them on a child")
    }
  }

  private func checkRoute(_ route: RouteDefinition) throws(RoutingError) {
    if let receiver = route.receiver, !receivers.contains(where: { $0.name == receiver }) {
      throw RoutingError(
        line: route.line,
        reason: "unknown receiver \"\(receiver)\"; define it under receivers:")
    }
    for (key, interval) in [
      ("group_interval", route.groupInterval), ("repeat_interval", route.repeatInterval),
    ] where interval == .zero {
      throw RoutingError(line: route.line, reason: "\(key) must be longer than 0")
    }
    if case .labels(let names) = route.groupBy {
      guard Set(names.map(ExactText.init)).count == names.count else {
        throw RoutingError(line: route.line, reason: "group_by names a label twice")
      }
      guard !names.contains("...") else {
        throw RoutingError(line: route.line, reason: "'...' must stand alone in group_by")
      }
    }
    for name in route.muteTimeIntervals + route.activeTimeIntervals
    where !timeIntervals.contains(where: { $0.name == name }) {
      throw RoutingError(
        line: route.line,
        reason: "unknown time interval \"\(name)\"; define it under time_intervals:")
    }
    for child in route.routes { try checkRoute(child) }
  }

  private func resolved(
    _ integration: IntegrationDefinition, of receiver: ReceiverDefinition
  ) throws(RoutingError) -> IntegrationSettings {
    func missing(_ what: String) -> RoutingError {
      RoutingError(line: integration.line, reason: "receiver \"\(receiver.name)\": \(what)")
    }
    switch integration.settings {
    case .slack(var slack):
      slack.apiURL = slack.apiURL ?? global.slackAPIURL
      slack.http = slack.http ?? global.http
      guard slack.apiURL != nil else {
        throw missing("no Slack URL; set api_url or api_url_file here, or slack_api_url globally")
      }
      return .slack(slack)
    case .email(var email):
      fill(&email)
      guard !email.to.isEmpty else { throw missing("no address; set to") }
      guard email.smarthost != nil else {
        throw missing("no mail server; set smarthost here, or smtp_smarthost globally")
      }
      guard email.from != nil else {
        throw missing("no sender; set from here, or smtp_from globally")
      }
      let names = email.headers.keys.map { $0.lowercased() }
      guard Set(names).count == names.count else {
        throw missing("a header is given twice; names of headers do not differ by case")
      }
      return .email(email)
    case .webhook(var webhook):
      webhook.http = webhook.http ?? global.http
      return .webhook(webhook)
    }
  }

  private func fill(_ email: inout EmailSettings) {
    email.smarthost = email.smarthost ?? global.smtpSmarthost
    email.from = email.from ?? global.smtpFrom
    email.hello = email.hello ?? global.smtpHello
    email.authUsername = email.authUsername ?? global.smtpAuthUsername
    email.authPassword = email.authPassword ?? global.smtpAuthPassword
    email.authSecret = email.authSecret ?? global.smtpAuthSecret
    email.authIdentity = email.authIdentity ?? global.smtpAuthIdentity
    email.requireTLS = email.requireTLS ?? global.smtpRequireTLS
    email.forceImplicitTLS = email.forceImplicitTLS ?? global.smtpForceImplicitTLS
    email.tls = email.tls ?? global.smtpTLS
  }
}
