import TestSupport
import Testing
import WebClient

/// Alerts are delivered to Debian's Alertmanager, as on a site that has one.
@Suite struct AlertmanagerTests {
  @Test func alertsOfTheRulesArriveAtARealAlertmanager() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-real-alertmanager")
    let port = try FreePort.next()
    let routing = try folder.write(
      "route: {receiver: none}\nreceivers: [{name: none}]\n", to: "alertmanager.yml")
    let alertmanager = try ChildProcess.start(
      "prometheus-alertmanager",
      [
        "--config.file=\(routing)", "--storage.path=\(folder.file("alertmanager"))",
        "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
      ])
    try await alertmanager.waitUntilAccepting(port: port)
    _ = try folder.write(
      "groups: [{name: g, rules: [{alert: Always, expr: 'vector(7)', labels: {severity: page}}]}]",
      to: "rules.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write(
        """
        global:
          evaluation_interval: 1s
          external_labels: {region: eu, secret: x}
        rule_files: [rules.yml]
        alerting:
          alert_relabel_configs: [{action: labeldrop, regex: secret}]
          alertmanagers:
            - static_configs: [{targets: ["127.0.0.1:\(port)"]}]
        """, to: "prometheus.yml"), storage: folder.file("data"))
    var alert = JSON.null
    try await eventually("the alert is there") {
      let answer = try await HTTP.get("http://127.0.0.1:\(port)/api/v2/alerts")
      alert = try JSON(answer.body)[0]
      return !alert.isNull
    }
    #expect(
      alert["labels"].value as? [String: String]
        == ["alertname": "Always", "severity": "page", "region": "eu"])
    #expect(alert["generatorURL"].string?.contains("g0.expr=vector") == true)
    let known = try JSON(try await evaluator.get("/api/v1/alertmanagers").body)
    #expect(
      known["data"]["activeAlertmanagers"][0]["url"].string
        == "http://127.0.0.1:\(port)/api/v2/alerts")
    try await eventually("it is counted") {
      try await evaluator.ownMetric("prometheus_notifications_sent_total") ?? 0 >= 1
    }
    #expect(try await evaluator.stop() == 0)
  }
}
