import Foundation
import MetricModel
import StorageAPI
import TestSupport
import Testing
import WebClient

@testable import AlertIntegrations

@Suite struct AlertmanagerSenderTests {
  private func alert(_ name: String, ends: Int64 = 300_000) -> Alert {
    let now = Timestamp.now()
    return Alert(
      labels: ["alertname": name, "severity": "page"], annotations: ["summary": "s"],
      startsAt: now, endsAt: now.adding(milliseconds: ends), generatorURL: "http://t/graph",
      updatedAt: now)
  }

  @Test func aRealAlertmanagerTakesWhatIsSent() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-alertmanager")
    let port = try FreePort.next()
    let configuration = try folder.write(
      "route: {receiver: none}\nreceivers: [{name: none}]\n", to: "alertmanager.yml")
    let process = try ChildProcess.start(
      "prometheus-alertmanager",
      [
        "--config.file=\(configuration)", "--storage.path=\(folder.file("data"))",
        "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
      ])
    try await process.waitUntilAccepting(port: port)
    let client = WebClient()
    let endpoint = AlertmanagerEndpoint(url: "http://127.0.0.1:\(port)/api/v2/alerts") { labels in
      labels["alertname"] == "Hidden" ? nil : labels.setting("added", "yes")
    }
    let sender = AlertmanagerSender(endpoint, client: client)
    await sender.receive([alert("Shown"), alert("Hidden")])
    await sender.finish()
    #expect(await sender.counts.sent == 1)
    #expect(await sender.counts.errors == 0)
    let answer = try await client.send(
      WebRequest(.get, "http://127.0.0.1:\(port)/api/v2/alerts")
    ).text
    #expect(answer.contains(#""alertname":"Shown""#))
    #expect(answer.contains(#""added":"yes""#))
    #expect(!answer.contains("Hidden"))
    client.shutDown()
  }

  @Test func aDeadAlertmanagerIsCountedAndTheQueueIsBounded() async throws {
    let port = try FreePort.next()
    let client = WebClient()
    let sender = AlertmanagerSender(
      AlertmanagerEndpoint(url: "http://127.0.0.1:\(port)/api/v2/alerts"), client: client)
    let many = (0..<(AlertmanagerSender.queueLimit + 5)).map { alert("A\($0)") }
    await sender.receive(many)
    await sender.finish()
    let counts = await sender.counts
    #expect(counts.dropped == 5)
    #expect(counts.errors == AlertmanagerSender.queueLimit)
    #expect(counts.queued == 0)
    client.shutDown()
  }
}
