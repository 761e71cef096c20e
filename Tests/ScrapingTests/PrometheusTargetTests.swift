import Concurrency
import ExpositionFormat
import Foundation
import MetricModel
import TestSupport
import Testing
import WebClient

@testable import Scraping

/// A real Prometheus as the target: its exposition must be read to the last line.
@Suite(.timeLimit(.minutes(20)))
struct PrometheusTargetTests {
  @Test func readsARealExposition() async throws {
    let folder = try TemporaryDirectory()
    let config = try folder.write("global: {}\n", to: "prometheus.yml")
    let port = try FreePort.next()
    let prometheus = try ChildProcess.start(
      "prometheus",
      [
        "--config.file=\(config)", "--storage.tsdb.path=\(folder.path)/data",
        "--web.listen-address=127.0.0.1:\(port)",
      ])
    try await prometheus.waitUntilAccepting(port: port)
    let target = try target("127.0.0.1:\(port)")
    let fetcher = WebTargetFetcher(client: WebClient())
    let answer = try await fetcher.fetch(target)
    #expect(ExpositionTextFormat(contentType: answer.contentType) == .text)
    let appender = MemoryAppender()
    let clock = TimeSource.system
    var writer = ScrapeWriter(target: target, appender: appender)
    let counts = try await writer.store(answer, at: .now(), since: clock.monotonic, on: clock)
    let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
    #expect(counts.scraped == lines.count { !$0.hasPrefix("#") })
    #expect(counts.scraped > 200)
    let changed = writer.takeChangedMetadata()
    let metadata = try #require(changed)
    #expect(metadata["prometheus_build_info"]?.type == .gauge)
    #expect(metadata.values.allSatisfy { !$0.help.isEmpty })
    // The second scrape finds its series again.
    let later = try await fetcher.fetch(target)
    let again = try await writer.store(later, at: .now(), since: clock.monotonic, on: clock)
    #expect(again.added < counts.added / 2)
    #expect(appender.samples.last { $0.labels.metricName == "up" }?.value == 1)
    prometheus.terminate()
  }
}
