import AlertRouting
import AlertRules
import Codecs
import EvaluatorService
import ExporterService
import Foundation
import MetricModel

/// The output of `tocsin up` on the console: a few lines at the start, then each alert as it
/// changes.
struct ConsoleReporter: Sendable {
  private let zone = TimeZoneRules.local()

  /// Writes one line to standard output without buffering.
  func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  /// Shows what is collected, the URLs, and the receivers of notifications.
  func greet(
    exporter: ExporterDaemon, evaluator: EvaluatorDaemon, files: ConfigurationFolder
  ) async {
    say("Tocsin \(TocsinVersion.current)")
    let summary = exporter.summary
    say("  collects    this host and its processes (\(summary.collectors.count) collectors)")
    let health = await exporter.health()
    say("  Postgres    \(backends(summary.postgres, .postgres, health, hint: "DATABASE_URL"))")
    say("  Redis       \(backends(summary.redis, .redis, health, hint: "REDIS_URL"))")
    let rules = evaluator.summary
    say("  rules       \(rules.rules) in \(rules.groups) groups from \(rules.ruleFiles) files")
    say(
      "  notifies    \(rules.receivers.isEmpty ? "nobody; name receivers in \(files.alertmanager ?? "alertmanager.yml")" : rules.receivers.joined(separator: ", "))"
    )
    say("  metrics     http://\(exporter.address)/metrics")
    say("  alerts      http://\(evaluator.address)/")
    say("  event log   \(evaluator.summary.eventLog)")
    say("Ctrl-C stops it. Alerts appear below as they change.")
  }

  private func backends(
    _ servers: [(server: String, origin: String)], _ kind: BackendHealth.Kind,
    _ health: [BackendHealth], hint: String
  ) -> String {
    guard !servers.isEmpty else { return "none; set \(hint) or name servers in exporter.yml" }
    return servers.map { server in
      let state = health.first { $0.kind == kind && $0.server == server.server }
      let word = state.map { $0.isUp ? "up \($0.version)" : "down: \($0.reason)" } ?? "unknown"
      return
        "\(server.server) (\(word.trimmingCharacters(in: .whitespaces)), from \(server.origin))"
    }.joined(separator: ", ")
  }

  /// Shows an event of the evaluator.
  func show(_ event: EvaluatorEvent) {
    switch event {
    case .rule(.alertChanged(let change)): show(change)
    case .rule(.evaluationFailed(let failure)):
      say("\(time(failure.at))  RULE FAILS  \(failure.rule): \(failure.reason)")
    case .rule(.evaluationRecovered(_, let rule, let at)):
      say("\(time(at))  rule works again  \(rule)")
    case .router(.delivered(let record)): show("notified", record)
    case .router(.attemptFailed(let record, let reason, _)): show("not notified", record, reason)
    case .router(.failed(let record, let reason)): show("given up", record, reason)
    case .router(.queued), .router(.silenceChanged): break
    }
  }

  private func show(_ word: String, _ record: DeliveryRecord, _ reason: String = "") {
    let receiver = "\(record.integration.receiver) by \(record.integration.kind)"
    say("\(time(record.at))  \(word)  \(receiver)\(reason.isEmpty ? "" : ": \(reason)")")
  }

  private func show(_ change: AlertChange) {
    let word = change.stateWord == "inactive" ? "gone" : change.stateWord.uppercased()
    let name = change.labels["alertname"] ?? change.rule
    let about = change.labels.removing(["alertname", "severity"])
    let summary = change.annotations["summary"].map { "  \($0)" } ?? ""
    say("\(time(change.at))  \(word)  \(name) \(about)\(summary)")
  }

  private func time(_ instant: Timestamp) -> String {
    let offset = zone.offset(at: instant.rawValue / 1000).seconds
    return CivilDate(instant.adding(milliseconds: Int64(offset) * 1000)).timeText
  }
}
