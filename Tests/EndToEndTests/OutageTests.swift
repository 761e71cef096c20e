import Foundation
import TestSupport
import Testing
import WebClient

/// Postgres stops, and every receiver is notified once; it comes back, and every receiver is
/// notified once.
@Suite struct OutageTests {
  @Test func eachReceiverIsNotifiedOnceOfAnOutageOfPostgresAndOnceOfItsEnd() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let exporter = try await Daemon.exporter(environment: ["DATABASE_URL": postgres.url])
    let receiver = try MessageReceiver()
    let mail = try await MailServer.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-outage")
    let port = try FreePort.next()
    let evaluator = try await Daemon.evaluator(
      port: port,
      configuration: try Self.configuration(
        in: folder, exporter: exporter.port, evaluator: port),
      notifications: try Self.notifications(in: folder, receiver: receiver, mail: mail),
      storage: folder.file("data"))
    try await evaluator.waitFor("pg_up", equals: 1)

    try await postgres.stop()
    try await eventually("all three are notified") {
      receiver.webhook.count >= 1 && receiver.slack.count >= 1 && mail.messages.count >= 1
    }
    try expectWebhook(receiver.webhook[0], status: "firing", evaluator: evaluator)
    try expectSlack(receiver.slack[0], mark: "FIRING")
    expectMail(mail.messages[0], mark: "FIRING")

    try await postgres.start()
    try await eventually("all three are notified of the end") {
      receiver.webhook.count >= 2 && receiver.slack.count >= 2 && mail.messages.count >= 2
    }
    try expectWebhook(receiver.webhook[1], status: "resolved", evaluator: evaluator)
    try expectSlack(receiver.slack[1], mark: "RESOLVED")
    let resolved = try #require(mail.messages.first { $0.contains("RESOLVED") })
    expectMail(resolved, mark: "RESOLVED")

    // Several more rounds of rules and flushes send no further message.
    try await evaluator.waitForRounds(5)
    #expect(receiver.webhook.count == 2)
    #expect(receiver.slack.count == 2)
    #expect(mail.messages.count == 2)
    #expect(receiver.refusals.isEmpty)
    try expectEventLog(folder.file("data/alerts.jsonl"))
    #expect(try await evaluator.stop() == 0)
    #expect(try await exporter.stop() == 0)
    await receiver.stop()
  }

  /// Checks the generic webhook's message field by field.
  private func expectWebhook(
    _ message: MessageReceiver.Message, status: String, evaluator: Daemon
  ) throws {
    let json = try message.json()
    #expect(json["version"].string == "4")
    #expect(json["status"].string == status)
    #expect(json["receiver"].string == "team")
    #expect(json["groupKey"].string == "{}:{alertname=\"PostgresDown\"}")
    #expect(json["truncatedAlerts"].number == 0)
    #expect(json["groupLabels"].value as? [String: String] == ["alertname": "PostgresDown"])
    #expect(json["commonLabels"]["alertname"].string == "PostgresDown")
    #expect(json["commonLabels"]["severity"].string == "critical")
    #expect(json["commonLabels"]["monitor"].string == "end-to-end")
    #expect(json["commonAnnotations"]["summary"].string?.hasSuffix("does not answer") == true)
    #expect(json["externalURL"].string?.contains(":\(evaluator.port)") == true)
    #expect(json["alerts"].array.count == 1)
    let alert = json["alerts"][0]
    #expect(alert["status"].string == status)
    #expect(alert["labels"]["alertname"].string == "PostgresDown")
    #expect(alert["labels"]["job"].string == "exporter")
    #expect(alert["annotations"]["description"].string?.isEmpty == false)
    #expect(alert["generatorURL"].string?.contains("g0.expr=pg_up") == true)
    let startsAt = try #require(alert["startsAt"].string)
    let endsAt = try #require(alert["endsAt"].string)
    if status == "firing" {
      #expect(endsAt == "0001-01-01T00:00:00Z")
    } else {
      #expect(startsAt < endsAt)
    }
  }

  private func expectSlack(_ message: MessageReceiver.Message, mark: String) throws {
    let attachment = try message.json()["attachments"][0]
    #expect(attachment["title"].string?.contains("[\(mark)") == true)
    #expect(attachment["title"].string?.contains("PostgresDown") == true)
    #expect(attachment["color"].string == (mark == "FIRING" ? "danger" : "good"))
  }

  private func expectMail(_ message: String, mark: String) {
    let subject = message.split(separator: "\n").first { $0.hasPrefix("Subject:") } ?? ""
    #expect(subject.contains("[\(mark)"))
    #expect(subject.contains("PostgresDown"))
    #expect(message.contains("To: ops@example.org"))
    #expect(message.contains("multipart/alternative"))
  }

  /// Checks that the event log has every state change and every delivery, in order.
  private func expectEventLog(_ path: String) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let entries = try lines.map { try JSON(Array($0.utf8)) }
    let states = entries.filter { $0["labels"]["alertname"].string == "PostgresDown" }
      .compactMap { $0["state"].string }
    #expect(states == ["firing", "resolved"])
    let deliveries = entries.filter {
      $0["kind"].string == "delivery" && $0["outcome"].string == "delivered"
    }
    #expect(deliveries.count == 6)
  }

  static func configuration(
    in folder: TemporaryDirectory, exporter: Int, evaluator: Int
  ) throws -> String {
    try folder.write(
      """
      global:
        scrape_interval: 3s
        evaluation_interval: 1s
        external_labels:
          monitor: end-to-end
      rule_files:
        - \(Daemon.repository)/rules/postgres.yml
      scrape_configs:
        - job_name: exporter
          static_configs:
            - targets: [127.0.0.1:\(exporter)]
        - job_name: evaluator
          static_configs:
            - targets: [127.0.0.1:\(evaluator)]
      """, to: "prometheus.yml")
  }

  static func notifications(
    in folder: TemporaryDirectory, receiver: MessageReceiver, mail: MailServer
  ) throws -> String {
    let secret = try folder.write(
      "http://127.0.0.1:\(receiver.port)\(MessageReceiver.slackPath)\n", to: "slack-url")
    return try folder.write(
      """
      global:
        smtp_smarthost: 127.0.0.1:\(mail.port)
        smtp_from: tocsin@example.org
        smtp_require_tls: false
        slack_api_url_file: \(secret)
      route:
        receiver: team
        group_by: [alertname]
        group_wait: 1s
        group_interval: 1s
        routes:
          - receiver: nobody
            matchers: [alertname!="PostgresDown"]
      receivers:
        - name: nobody
        - name: team
          slack_configs:
            - channel: '#alerts'
              send_resolved: true
          email_configs:
            - to: ops@example.org
              send_resolved: true
          webhook_configs:
            - url: http://127.0.0.1:\(receiver.port)/webhook
      """, to: "alertmanager.yml")
  }
}
