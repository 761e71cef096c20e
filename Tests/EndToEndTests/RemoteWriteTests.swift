import Codecs
import Foundation
import MetricModel
import RemoteWrite
import TestSupport
import Testing
import WebClient

/// Remote write between the evaluator and real receivers and senders.
@Suite(.timeLimit(.minutes(20)))
struct RemoteWriteTests {
  /// Starts Debian's Prometheus with a configuration.
  private func prometheus(
    _ configuration: String, in folder: TemporaryDirectory, port: Int? = nil,
    flags: [String] = []
  ) async throws -> Daemon {
    try await Daemon.prometheus(
      configuration: try folder.write(configuration, to: "prometheus.yml"),
      storage: folder.file("prometheus"), port: port, flags: flags)
  }

  @Test func takesWhatPrometheusPushes() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-push")
    let empty = try folder.write("{}", to: "tocsin.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: empty, storage: folder.file("data"))
    let port = try FreePort.next()
    let receiver = try await prometheus(
      """
      global: {scrape_interval: 1s, external_labels: {from: prometheus}}
      remote_write:
        - url: http://127.0.0.1:\(evaluator.port)/api/v1/write
          queue_config: {batch_send_deadline: 200ms}
      scrape_configs:
        - job_name: self
          static_configs: [{targets: ["127.0.0.1:\(port)"]}]
      """, in: folder, port: port)
    try await evaluator.waitFor(#"up{job="self",from="prometheus"}"#, equals: 1)
    try await evaluator.waitFor("sum(count_over_time(up[1m])) >= bool 3", equals: 1)
    let series = #"count({__name__=~".+",job="self"})"#
    try await eventually("both have the same series") {
      try await evaluator.value(series) == (try await receiver.value(series))
    }
    #expect(
      try await receiver.value("prometheus_remote_storage_samples_failed_total") ?? 0 == 0)
    #expect(
      try await evaluator.ownMetric("tocsin_remote_write_refused_requests_total") == 0)
  }

  @Test func sendsOnThroughAnOutageAndARestart() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-send")
    let receiverPort = try FreePort.next()
    let port = try FreePort.next()
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s, external_labels: {site: here}}
      remote_write:
        - url: http://127.0.0.1:\(receiverPort)/api/v1/write
          queue_config: {batch_send_deadline: 200ms}
          write_relabel_configs:
            - {source_labels: [__name__], regex: "up|scrape_.*", action: keep}
      scrape_configs:
        - job_name: self
          static_configs: [{targets: ["127.0.0.1:\(port)"]}]
      """, to: "tocsin.yml")
    // The receiver is not there yet: samples wait, also over a restart of the evaluator.
    var evaluator = try await Daemon.evaluator(
      port: port, configuration: configuration, storage: folder.file("data"))
    try await evaluator.waitFor("sum(count_over_time(up[5m])) >= bool 3", equals: 1)
    evaluator.process.signal(SIGKILL)
    try await evaluator.process.waitForExit()
    evaluator = try await Daemon.evaluator(
      port: port, configuration: configuration, storage: folder.file("data"))
    let receiver = try await prometheus(
      "{}", in: folder, port: receiverPort, flags: ["--web.enable-remote-write-receiver"])
    try await receiver.waitFor(#"sum(count_over_time(up{site="here"}[5m])) >= bool 5"#, equals: 1)
    let time = String(Int(Date().timeIntervalSince1970) - 2)
    let count = "sum(count_over_time(up[5m] @ \(time)))"
    let mine = try #require(try await evaluator.value(count))
    // A kill may lose a sample that is already on its way to the receiver, never the reverse.
    try await eventually("all of it arrives") { try await receiver.value(count) ?? 0 >= mine }
    #expect(try await evaluator.ownMetric("tocsin_remote_write_dropped_samples_total") == 0)
    #expect(try await receiver.value(#"count({__name__!~"up|scrape_.*",site="here"})"#) == nil)
  }

  /// The receivers that samples are sent on to.
  enum Receiver: String, CaseIterable { case prometheus, victoriaMetrics }

  private func start(_ receiver: Receiver, in folder: TemporaryDirectory) async throws -> Daemon {
    switch receiver {
    case .prometheus:
      return try await prometheus(
        "{}", in: folder, flags: ["--web.enable-remote-write-receiver"])
    case .victoriaMetrics:
      let port = try FreePort.next()
      let process = try ChildProcess.start(
        "victoria-metrics",
        [
          "-storageDataPath=\(folder.file("victoria"))", "-httpListenAddr=127.0.0.1:\(port)",
          // Without these it hides the newest half minute and caches results from before the last
          // samples.
          "-search.latencyOffset=0s", "-search.disableCache",
        ])
      try await process.waitUntilAccepting(port: port)
      return Daemon(process: process, port: port)
    }
  }

  /// Values that a receiver must store bit by bit. VictoriaMetrics stores a block as decimals of a
  /// common scale, so its values are of similar size, and stale markers are the only NaN.
  private static func values(of receiver: Receiver) -> [Double] {
    switch receiver {
    case .victoriaMetrics: [0, 1, -1, 0.1, 12_345.678, 1_000_000, -0.25, 7.5, .infinity]
    case .prometheus:
      [
        0, 1, -1, 0.1, 12_345.678, 1e15, -2.5e-7, 123_456_789_012_345, .infinity, -.infinity, .nan,
        -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1 + 0.2, 9_007_199_254_740_991,
      ]
    }
  }

  private func push(_ encoder: WriteRequestEncoder, to evaluator: Daemon) async throws {
    var request = WebRequest(.post, "http://127.0.0.1:\(evaluator.port)/api/v1/write")
    request.headers["Content-Type"] = "application/x-protobuf"
    request.headers["Content-Encoding"] = "snappy"
    request.body = SnappyBlock.compress(encoder.bytes)
    let response = try await HTTP.client.send(request)
    #expect(response.status == 204, "\(response.text)")
  }

  /// The samples of a range selector, one text each, sorted.
  private func samples(_ daemon: Daemon, at time: Int64) async throws -> [String] {
    let query = "query=%7B__name__%3D~%22exact.*%22%7D%5B10m%5D&time=\(time / 1000)"
    let data = try JSON(try await daemon.get("/api/v1/query?\(query)").body)["data"]
    return data["result"].array.flatMap { series in
      let labels = series["metric"].object.map { "\($0.key)=\($0.value.string ?? "")" }.sorted()
      return series["values"].array.map { pair in
        "\(labels) \(pair[0].number ?? 0) \(Double(pair[1].string ?? "").map { "\($0)" } ?? "")"
      }
    }.sorted()
  }

  @Test(arguments: Receiver.allCases)
  func everySampleArrivesExactly(receiver: Receiver) async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-exact")
    let there = try await start(receiver, in: folder)
    let configuration = try folder.write(
      """
      global: {external_labels: {site: here}}
      remote_write:
        - url: http://127.0.0.1:\(there.port)/api/v1/write
          queue_config: {batch_send_deadline: 100ms, max_samples_per_send: 50}
      """, to: "tocsin.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: configuration, storage: folder.file("data"))
    let values = Self.values(of: receiver)
    let now = Int64(Date().timeIntervalSince1970) * 1000
    let start = now - 120_000
    for round in 0..<100 {
      var encoder = WriteRequestEncoder()
      for series in 0..<10 {
        let labels: Labels = ["__name__": "exact_\(series % 3)", "n": "\(series)", "ü": "\"\\\n"]
        encoder.add(
          WriteRequestEncoder.labels(labels),
          at: Timestamp(rawValue: start + Int64(round) * 1_000 + Int64(series)),
          values[(round + series) % values.count])
      }
      try await push(encoder, to: evaluator)
    }
    // One series ends, another goes on.
    var end = WriteRequestEncoder()
    for (name, value) in [("ended", StaleMarker.value), ("alive", 2)] {
      let labels = WriteRequestEncoder.labels(["__name__": name])
      end.add(labels, at: Timestamp(rawValue: now - 10_000), 1)
      end.add(labels, at: Timestamp(rawValue: now - 5_000), value)
    }
    try await push(end, to: evaluator)
    let expected = try await samples(evaluator, at: now)
    #expect(expected.count == 1_000)
    var last: [String] = []
    try await eventually("all samples are there") {
      try await evaluator.ownMetric("tocsin_remote_write_sent_samples_total") == 1_004
    }
    try await eventually("all samples are seen") {
      last = try await samples(there, at: now)
      return last.count >= 1_000
    }
    // The external labels of the configuration are added.
    #expect(
      last
        == expected.map { line in
          let place = line.range(of: "n=")?.lowerBound ?? line.startIndex
          return line.replacingOccurrences(
            of: "\"ü", with: "\"site=here\", \"ü", range: place..<line.endIndex)
        })
    try await eventually("the end has arrived") {
      let time = "time=\(now / 1000)"
      let alive = try JSON(try await there.get("/api/v1/query?query=alive&\(time)").body)
      let ended = try JSON(try await there.get("/api/v1/query?query=ended&\(time)").body)
      return alive["data"]["result"].array.count == 1 && ended["data"]["result"].array.isEmpty
    }
    #expect(try await evaluator.ownMetric("tocsin_remote_write_dropped_samples_total") == 0)
  }

  @Test func theReceiverCanBeSwitchedOff() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-closed")
    let empty = try folder.write("{}", to: "tocsin.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: empty, storage: folder.file("data"),
      flags: ["--no-web.enable-remote-write-receiver"])
    var encoder = WriteRequestEncoder()
    encoder.add(WriteRequestEncoder.labels(["__name__": "m"]), at: .now(), 1)
    var request = WebRequest(.post, "http://127.0.0.1:\(evaluator.port)/api/v1/write")
    request.headers["Content-Type"] = "application/x-protobuf"
    request.headers["Content-Encoding"] = "snappy"
    request.body = SnappyBlock.compress(encoder.bytes)
    #expect(try await HTTP.client.send(request).status == 404)
    #expect(try await evaluator.query("m").isEmpty)
    let flags = try JSON(try await evaluator.get("/api/v1/status/flags").body)["data"]
    #expect(flags["web.enable-remote-write-receiver"].string == "false")
    // Rules and scrapes write as before; a server with the receiver enabled accepts the same
    // request.
    let open = try await Daemon.evaluator(configuration: empty, storage: folder.file("open"))
    request.url = "http://127.0.0.1:\(open.port)/api/v1/write"
    #expect(try await HTTP.client.send(request).status == 204)
    #expect(try await open.value("m") == 1)
  }
}
