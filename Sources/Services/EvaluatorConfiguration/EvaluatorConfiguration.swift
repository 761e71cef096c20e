package import AlertIntegrations
package import AlertRouting
package import AlertRules
package import YAMLDecoding
import Foundation
package import MetricModel
package import Scraping
package import RemoteWrite
import WebClient

/// The content of an evaluator's files, read and checked as a whole before any of it is used.
package struct EvaluatorConfiguration: Sendable {
  /// The scrape jobs.
  package var scrapeJobs: [ScrapeJob] = []
  /// The destinations of remote write.
  package var remoteWrites: [RemoteWriteDestination] = []
  /// The rule groups.
  package var ruleGroups: [RuleGroupDefinition] = []
  /// Labels of this evaluator.
  package var externalLabels: Labels = .empty
  /// The Alertmanagers that alerts are sent to, besides the router of this process.
  package var alertmanagers: [AlertmanagerEndpoint] = []
  /// The routing of notifications; without a notifications file nothing is sent.
  package var notifications = NotificationConfiguration.silent
  /// The `prometheus.yml` as it may be shown, without secrets.
  package var prometheusText = ""
  /// The `alertmanager.yml` as it may be shown, without secrets.
  package var notificationsText = ""

  /// Reads a `prometheus.yml`, its rule files, and an `alertmanager.yml`; all errors are reported
  /// to `diagnostics`.
  package static func read(
    prometheus: String, notifications: String?, diagnostics: ConfigDiagnostics
  ) -> EvaluatorConfiguration {
    var result = EvaluatorConfiguration()
    let main = PrometheusConfiguration.load(
      path: prometheus, environment: ProcessInfo.processInfo.environment, into: diagnostics)
    if let main {
      result.scrapeJobs = main.jobs
      result.remoteWrites = main.remoteWrites
      result.externalLabels = main.global.externalLabels
      result.ruleGroups = RuleFiles.load(for: main, into: diagnostics)
      result.alertmanagers = main.alertmanagers.flatMap {
        $0.endpoints(relabelingAlerts: main.alertRelabelRules)
      }
      result.prometheusText = shown(prometheus)
    }
    if let notifications {
      if let routing = AlertmanagerConfiguration.load(path: notifications, into: diagnostics) {
        result.notifications = routing
        checkIntegrations(of: routing, file: notifications, diagnostics)
      }
      result.notificationsText = shown(notifications)
    } else {
      result.notificationsText = "route:\n  receiver: none\nreceivers:\n  - name: none\n"
    }
    return result
  }

  /// Reads one rule file and returns a summary.
  package static func readRules(file: String, diagnostics: ConfigDiagnostics) -> String {
    let groups = RuleFiles.load(path: file, into: diagnostics)
    return "\(groups.reduce(0) { $0 + $1.rules.count }) rules in \(groups.count) groups"
  }

  /// Reads one `alertmanager.yml` and returns a summary.
  package static func readNotifications(file: String, diagnostics: ConfigDiagnostics) -> String {
    guard let routing = AlertmanagerConfiguration.load(path: file, into: diagnostics) else {
      return ""
    }
    checkIntegrations(of: routing, file: file, diagnostics)
    return "\(routing.receivers.count) receivers"
  }

  /// Creates the integrations, to find the errors in their templates and settings.
  private static func checkIntegrations(
    of routing: NotificationConfiguration, file: String, _ diagnostics: ConfigDiagnostics
  ) {
    let web = WebClient()
    defer { web.shutDown() }
    do {
      let templates = try NotificationTemplates(routing.templates)
      let tools = NotifierTools(web: web, mail: MailClient(), templates: templates)
      _ = try Notifiers.make(for: routing, tools: tools)
    } catch let error as IntegrationError {
      let position = ConfigPosition(line: max(1, error.line), column: 1)
      diagnostics.report(
        ConfigError(
          file: file, position: position,
          message: "receiver \"\(error.key.receiver)\", \(error.key.kind): \(error.reason)"))
    } catch {
      diagnostics.report(ConfigError(file: file, position: nil, message: "\(error)"))
    }
  }

  private static func shown(_ file: String) -> String {
    let ignored = ConfigDiagnostics()
    guard let source = ConfigSource.read(path: file, into: ignored) else { return "" }
    return ConfigDocument.root(of: source, into: ignored)?.redactedYAML ?? ""
  }
}

extension EvaluatorConfiguration: CustomStringConvertible {
  /// A short summary.
  package var description: String {
    let rules = ruleGroups.reduce(0) { $0 + $1.rules.count }
    return "\(scrapeJobs.count) scrape jobs, \(rules) rules in \(ruleGroups.count) groups, "
      + "\(notifications.receivers.count) receivers"
  }
}
