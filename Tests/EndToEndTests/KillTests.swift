import Glibc
import TestSupport
import Testing
import WebClient

/// No alert is lost when the evaluator is killed while the receiver is down.
@Suite struct KillTests {
  @Test func aKilledEvaluatorDeliversOnceAfterItsRestartAndForDoesNotStartAgain() async throws {
    let exporter = try await Daemon.exporter()
    let folder = try TemporaryDirectory(prefix: "tocsin-kill")
    let receiverPort = try FreePort.next()
    let configuration = try Self.configuration(in: folder, exporter: exporter.port)
    let notifications = try folder.write(
      """
      route:
        receiver: team
        group_by: [alertname]
        group_wait: 1s
        group_interval: 1s
      receivers:
        - name: team
          webhook_configs:
            - url: http://127.0.0.1:\(receiverPort)/webhook
      """, to: "alertmanager.yml")
    let storage = folder.file("data")

    let first = try await Daemon.evaluator(
      configuration: configuration, notifications: notifications, storage: storage)
    try await first.waitFor(#"count(ALERTS{alertname="Always",alertstate="firing"})"#, equals: 1)
    try await eventually("the message waits in the outbox and was tried") {
      let waiting = try await first.ownMetric("tocsin_outbox_messages")
      let failed = try await first.ownMetric("alertmanager_notification_requests_failed_total")
      return waiting == 1 && failed ?? 0 > 0
    }
    let before = try await Self.alert("Always", of: first)
    let pendingBefore = try await Self.alert("Slow", of: first)
    first.process.signal(SIGKILL)
    _ = try await first.process.waitForExit()

    let second = try await Daemon.evaluator(
      configuration: configuration, notifications: notifications, storage: storage)
    let receiver = try MessageReceiver(port: receiverPort)
    try await eventually("the message arrives") { !receiver.webhook.isEmpty }
    let json = try receiver.webhook[0].json()
    #expect(json["status"].string == "firing")
    #expect(json["commonLabels"]["alertname"].string == "Always")

    // `for` continues: both alerts have been active since before the kill.
    try await eventually("the rules were evaluated again") {
      (try? await Self.alert("Slow", of: second)) != nil
    }
    #expect(
      try await Self.alert("Always", of: second)["activeAt"].string == before["activeAt"].string)
    #expect(
      try await Self.alert("Slow", of: second)["activeAt"].string
        == pendingBefore["activeAt"].string)

    // More rounds of evaluation and flushing send no second message.
    try await second.waitForRounds(5)
    #expect(receiver.webhook.count == 1)
    #expect(try await second.stop() == 0)
    await receiver.stop()
  }

  private static func alert(_ name: String, of daemon: Daemon) async throws -> JSON {
    let json = try JSON(try await daemon.get("/api/v1/alerts").body)
    let alerts = json["data"]["alerts"].array
    guard let alert = alerts.first(where: { $0["labels"]["alertname"].string == name }) else {
      throw EndToEndError(
        "no alert \(name) in \(alerts.map { $0["labels"]["alertname"].string ?? "" })")
    }
    return alert
  }

  /// Two rules on the host: one fires after two seconds, one is pending for an hour.
  private static func configuration(
    in folder: TemporaryDirectory, exporter: Int
  ) throws -> String {
    let rules = try folder.write(
      """
      groups:
        - name: g
          rules:
            - alert: Always
              expr: node_load1 >= 0
              for: 2s
            - alert: Slow
              expr: node_load1 >= 0
              for: 1h
      """, to: "rules.yml")
    return try folder.write(
      """
      global:
        scrape_interval: 3s
        evaluation_interval: 1s
      rule_files: [\(rules)]
      scrape_configs:
        - job_name: exporter
          static_configs:
            - targets: [127.0.0.1:\(exporter)]
      """, to: "prometheus.yml")
  }
}
