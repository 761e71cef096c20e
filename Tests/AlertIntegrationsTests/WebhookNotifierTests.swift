import AlertRouting
import Configuration
import Foundation
import MetricModel
import Testing

@testable import AlertIntegrations

@Suite struct WebhookNotifierTests {
  private func make(_ url: Secret, _ change: (inout WebhookSettings) -> Void = { _ in }) throws
    -> any Notifier
  {
    var settings = WebhookSettings(url: url)
    change(&settings)
    return try Samples.notifier(settings)
  }

  @Test func moreThanMaxAlertsAreLeftOut() throws {
    let notifier = try make(.inline("http://unused")) { $0.maxAlerts = 1 }
    try expectGolden(notifier.render(Samples.mixed).body, "webhook-truncated.json")
  }

  @Test func headers() async throws {
    let server = try await HookServer.start()
    let notifier = try make(.inline("http://127.0.0.1:\(server.port)/")) { settings in
      settings.http.authorization = .scheme("Bearer", credentials: .inline("abc"))
      settings.http.headers = [.init(name: "X-Team", value: .inline("x"))]
    }
    var message = try notifier.render(Samples.firing)
    message.id = "19a-1-00ff"
    try await notifier.deliver(message)
    let received = try #require(try server.received().first)
    #expect(received.headers["content-type"] == "application/json")
    #expect(received.headers["idempotency-key"] == "19a-1-00ff")
    #expect(received.headers["user-agent"]?.hasPrefix("Alertmanager/") == true)
    #expect(received.headers["authorization"] == "Bearer abc")
    #expect(received.headers["x-team"] == "x")
    #expect(Array(received.body.utf8) == message.body)
  }

  @Test func signatures() async throws {
    let server = try await HookServer.start()
    let notifier = try make(.inline("http://127.0.0.1:\(server.port)/")) { settings in
      var signature = WebhookSignature(secret: .inline("key"))
      signature.timestampHeader = "X-Time"
      settings.signature = signature
    }
    let message = RenderedMessage(
      body: Array("The quick brown fox jumps over the lazy dog".utf8))
    try await notifier.deliver(message)
    let received = try #require(try server.received().first)
    #expect(received.headers["x-time"] == "1763712000")
    #expect(received.headers["x-grafana-alerting-signature"]?.count == 64)
    let plain = try make(.inline("http://127.0.0.1:\(server.port)/")) {
      $0.signature = WebhookSignature(secret: .inline("key"))
    }
    try await plain.deliver(message)
    // The well-known HMAC-SHA256 example.
    #expect(
      try server.received().last?.headers["x-grafana-alerting-signature"]
        == "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")
  }

  @Test func secretFilesAreReadAtEachTry() async throws {
    let server = try await HookServer.start()
    let path = "/tmp/tocsin-secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let notifier = try make(.file(path))
    let message = RenderedMessage(body: [])
    guard case .retryable(let text, _, _) = await failure(of: notifier, message) else {
      Issue.record("a missing file is not tried again")
      return
    }
    #expect(text.contains(path))
    try Data("http://127.0.0.1:\(server.port)/a\n".utf8).write(to: URL(fileURLWithPath: path))
    try await notifier.deliver(message)
    #expect(try server.received().map(\.path) == ["/a"])
  }
}
