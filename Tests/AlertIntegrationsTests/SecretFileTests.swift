import AlertRouting
import Configuration
import Glibc
import MetricModel
import TestSupport
import Testing

@testable import AlertIntegrations

/// A secret file whose reading blocks.
@Suite(.timeLimit(.minutes(2)))
struct SecretFileTests {
  private static func slack(_ url: Secret, timeout: Duration) throws -> any Notifier {
    var settings = SlackSettings()
    settings.apiURL = url
    settings.timeout = timeout
    return try Samples.notifier(settings)
  }

  @Test func aFIFODelaysItsOwnReceiverOnly() async throws {
    let folder = try TemporaryDirectory()
    let fifo = folder.file("fifo")
    try #require(unsafe mkfifo(fifo, 0o600) == 0)
    let server = try await HookServer.start()
    try server.answer(200)
    let url = "http://127.0.0.1:\(server.port)/"
    let message = RenderedMessage(body: [])
    let stuck = try Self.slack(.file(fifo), timeout: .minutes(10))
    // More than the cooperative pool has threads.
    let waiting = (0..<50).map { _ in Task { await failure(of: stuck, message) } }

    let other = try Self.slack(
      .file(try folder.write(url + "other\n", to: "url")), timeout: .minutes(10))
    for _ in 0..<10 { #expect(await failure(of: other, message) == nil) }
    #expect(try server.received().map(\.path) == Array(repeating: "/other", count: 10))

    let hurried = try Self.slack(.file(fifo), timeout: .milliseconds(20))
    guard case .retryable(let reason, _, _) = await failure(of: hurried, message) else {
      Issue.record("a file that does not answer is not tried again")
      return
    }
    #expect(reason.contains("\(fifo) did not answer"))

    waiting[0].cancel()
    #expect(await waiting[0].value == .cancelled)
    // The other attempts get the content that is written at last.
    try folder.write(url + "late\n", to: "fifo")
    for task in waiting.dropFirst() { #expect(await task.value == nil) }
    #expect(try server.received().filter { $0.path == "/late" }.count == 49)
  }
}
