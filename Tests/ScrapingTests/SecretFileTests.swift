import Concurrency
import Configuration
import Glibc
import Logging
import MetricModel
import Synchronization
import Testing
import TestSupport
import WebClient
import WebServer

@testable import Scraping

/// A secret file that does not answer, with loops as the evaluator runs them: all on one thread.
@Suite(.timeLimit(.minutes(20)))
struct SecretFileTests {
  /// The scrapes of a scheduler, by job.
  private final class Recorder: Sendable {
    private let reports = Mutex<[String: [ScrapeReport]]>([:])

    func record(_ report: ScrapeReport) {
      reports.withLock { $0[report.target.job.name, default: []].append(report) }
    }

    func reports(of job: String) -> [ScrapeReport] { reports.withLock { $0[job] ?? [] } }
  }

  private static func job(_ name: String, _ address: String, secret: Secret) -> ScrapeJob {
    var job = ScrapeJob(name: name)
    job.interval = .milliseconds(100)
    job.timeout = .milliseconds(100)
    job.staticTargets = [TargetGroup(addresses: [address])]
    job.client.authorization = .basic(username: "u", password: secret)
    return job
  }

  @Test func aFIFODelaysItsOwnTargetOnly() async throws {
    let folder = try TemporaryDirectory()
    let fifo = folder.file("fifo")
    try #require(unsafe mkfifo(fifo, 0o600) == 0)
    let file = try folder.write("p\n", to: "password")
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { request in
      request.headers["Authorization"] == "Basic dTpw" ? .text("m 1\n") : .text("", status: 401)
    }
    let address = "127.0.0.1:\(server.boundPort)"
    let client = WebClient()
    let recorder = Recorder()
    let scheduler = TargetScheduler(
      appender: MemoryAppender(), fetcher: WebTargetFetcher(client: client),
      clock: .system { try await client.sleep(for: $0) }, executor: client.executor,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onScrape: { recorder.record($0) })
    await scheduler.apply([
      Self.job("stuck", address, secret: .file(fifo)),
      Self.job("file", address, secret: .file(file)),
      Self.job("inline", address, secret: .inline("p")),
    ])

    // Each fails in time, says why, and is retried at the next interval.
    try await eventually("the scrapes with a FIFO fail") {
      recorder.reports(of: "stuck").count >= 3
    }
    for report in recorder.reports(of: "stuck") {
      guard case .unreadableSecret(let reason) = report.failure else {
        Issue.record("\(String(describing: report.failure))")
        continue
      }
      #expect(reason.contains("\(fifo) did not answer within 0.1 seconds"))
    }
    // The other loops continue meanwhile, including those that read a file.
    for job in ["file", "inline"] {
      let before = recorder.reports(of: job).count
      try await eventually("\(job) goes on") { recorder.reports(of: job).count >= before + 5 }
    }

    // The one pending read gets what is written and passes it to the current scrape.
    try await eventually("the password is taken") {
      try folder.write("p\n", to: "fifo")
      return recorder.reports(of: "stuck").contains { $0.failure == nil }
    }
    // Targets can be removed, and the scheduler stops, while a read hangs.
    await scheduler.apply([Self.job("inline", address, secret: .inline("p"))])
    #expect(await scheduler.targets().map { $0.target.job.name } == ["inline"])
    await scheduler.stop()
    for job in ["file", "inline"] {
      // A busy machine may need longer than a timeout; a refused password would be another failure.
      #expect(recorder.reports(of: job).contains { $0.failure == nil })
      #expect(!recorder.reports(of: job).contains { $0.failure == .status(401) })
    }
    client.shutDown()
    await server.stop()
  }
}
