import Foundation
import TestSupport
import Testing

/// Debian's Prometheus on the other side of remote write.
@Suite(.timeLimit(.minutes(2)))
struct RemoteWriteTests {
  /// Starts Debian's Prometheus with a configuration.
  private func prometheus(
    _ configuration: String, in folder: TemporaryDirectory, port: Int? = nil,
    flags: [String] = []
  ) async throws -> Daemon {
    let port = try port ?? FreePort.next()
    let file = try folder.write(configuration, to: "prometheus-peer.yml")
    let process = try ChildProcess.start(
      "prometheus",
      [
        "--config.file=\(file)", "--storage.tsdb.path=\(folder.file("prometheus"))",
        "--web.listen-address=127.0.0.1:\(port)",
      ] + flags)
    try await process.waitUntilAccepting(port: port)
    return Daemon(process: process, port: port)
  }

  @Test func takesWhatPrometheusPushes() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-push")
    let empty = try folder.write("{}", to: "tocsin.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: empty, storage: folder.file("data"))
    let port = try FreePort.next()
    let peer = try await prometheus(
      """
      global: {scrape_interval: 1s, external_labels: {from: peer}}
      remote_write:
        - url: http://127.0.0.1:\(evaluator.port)/api/v1/write
          queue_config: {batch_send_deadline: 200ms}
      scrape_configs:
        - job_name: self
          static_configs: [{targets: ["127.0.0.1:\(port)"]}]
      """, in: folder, port: port)
    try await evaluator.waitFor(#"up{job="self",from="peer"}"#, equals: 1)
    try await evaluator.waitFor("sum(count_over_time(up[1m])) >= bool 3", equals: 1)
    let series = #"count({__name__=~".+",job="self"})"#
    #expect(try await evaluator.value(series) == (try await peer.value(series)))
    #expect(
      try await peer.value("prometheus_remote_storage_samples_failed_total") ?? 0 == 0)
    #expect(
      try await evaluator.ownMetric("tocsin_remote_write_refused_requests_total") == 0)
  }

  @Test func sendsOnThroughAnOutageAndARestart() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-send")
    let peerPort = try FreePort.next()
    let port = try FreePort.next()
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s, external_labels: {site: here}}
      remote_write:
        - url: http://127.0.0.1:\(peerPort)/api/v1/write
          queue_config: {batch_send_deadline: 200ms}
          write_relabel_configs:
            - {source_labels: [__name__], regex: "up|scrape_.*", action: keep}
      scrape_configs:
        - job_name: self
          static_configs: [{targets: ["127.0.0.1:\(port)"]}]
      """, to: "tocsin.yml")
    // The other side is not there yet: samples wait, also for the evaluator's next life.
    var evaluator = try await Daemon.evaluator(
      port: port, configuration: configuration, storage: folder.file("data"))
    try await evaluator.waitFor("sum(count_over_time(up[5m])) >= bool 3", equals: 1)
    evaluator.process.signal(SIGKILL)
    try await evaluator.process.waitForExit()
    evaluator = try await Daemon.evaluator(
      port: port, configuration: configuration, storage: folder.file("data"))
    let peer = try await prometheus(
      "{}", in: folder, port: peerPort, flags: ["--web.enable-remote-write-receiver"])
    try await peer.waitFor(#"sum(count_over_time(up{site="here"}[5m])) >= bool 5"#, equals: 1)
    let time = String(Int(Date().timeIntervalSince1970) - 2)
    let count = "sum(count_over_time(up[5m] @ \(time)))"
    let mine = try await evaluator.value(count)
    try await waitUntil("all of it arrives") { try await peer.value(count) == mine }
    #expect(try await evaluator.ownMetric("tocsin_remote_write_dropped_samples_total") == 0)
    #expect(try await peer.value(#"count({__name__!~"up|scrape_.*",site="here"})"#) == nil)
  }
}
