import Foundation
import Synchronization
import TestSupport
import Testing
import WebClient
import WebServer

/// Every option of `scrape_configs` from the file to the stored samples, with one evaluator and a
/// job per option.
@Suite(.timeLimit(.minutes(20)))
struct ScrapeOptionTests {
  /// The responses of targets by path.
  private static func answer(_ request: HTTPRequest, _ counters: RequestCounters) -> HTTPResponse {
    let now = Int(Date().timeIntervalSince1970 * 1000)
    switch request.path {
    case "/timed": return .text("m 1 \(now - 60_000)\n")
    case "/vanishing":
      // A line with a timestamp that only the first scrapes have.
      let round = counters.nextRound(isTracked: request.query["tracked"] != nil)
      return .text(round <= 6 ? "gone 1 \(now)\nstays 1\n" : "stays 1\n")
    case "/labels": return .text("m{job=\"own\",long_label_name=\"a long value of a label\"} 1\n")
    case "/redirect": return .redirect(to: "/metrics")
    case "/strange":
      // OpenMetrics by its content, but not by its type: timestamps are seconds.
      return HTTPResponse(
        headers: ["Content-Type": "application/x-unheard-of"],
        body: Array("m 1 \(Double(now - 60_000) / 1000)\n# EOF\n".utf8))
    case "/header":
      let name = request.query["name"] ?? ""
      let value = request.headers[name] ?? ""
      return .text("header{value=\"\(value)\"} 1\n")
    case "/many": return .text((0..<10).map { "m{n=\"\($0)\"} 1\n" }.joined())
    default: return .text("m 1\n")
    }
  }

  private struct Certificate {
    let file: String
    let process: ChildProcess
    let port: Int
  }

  /// Starts `openssl s_server` with a self-signed certificate for `tocsin.test`, which it also
  /// demands of its client.
  private static func secureServer(in folder: TemporaryDirectory) async throws -> Certificate {
    let (key, file) = (folder.file("key.pem"), folder.file("cert.pem"))
    let maker = try ChildProcess.start(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", file, "-days", "2", "-subj", "/CN=tocsin.test", "-addext",
        "subjectAltName=DNS:tocsin.test",
      ])
    #expect(try await maker.waitForExit() == 0, "\(maker.output)")
    try folder.write("m 1\n", to: "metrics")
    let port = try FreePort.next()
    let process = try ChildProcess.start(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", file, "-key", key, "-WWW", "-Verify",
        "1", "-verify_return_error", "-CAfile", file,
      ], directory: folder.path)
    try await process.waitUntilAccepting(port: port)
    return Certificate(file: file, process: process, port: port)
  }

  @Test func eachOptionHasItsEffect() async throws {
    let counters = RequestCounters()
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) {
      Self.answer($0, counters)
    }
    let proxy = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { request in
      counters.proxied.add(1, ordering: .relaxed)
      return .text("proxied{host=\"\(request.headers["Host"] ?? "")\"} 1\n")
    }
    let folder = try TemporaryDirectory(prefix: "tocsin-options")
    let secure = try await Self.secureServer(in: folder)
    try folder.write("from-file\n", to: "token")
    let target = "static_configs: [{targets: [\"127.0.0.1:\(server.boundPort)\"]}]"
    let safe = "scheme: https, static_configs: [{targets: [\"127.0.0.1:\(secure.port)\"]}]"
    let identity = "ca_file: cert.pem, cert_file: cert.pem, key_file: key.pem"
    let jobs = [
      "honored: {metrics_path: /labels, honor_labels: true, TARGET}",
      "renamed: {metrics_path: /labels, TARGET}",
      "timed: {metrics_path: /timed, TARGET}",
      "untimed: {metrics_path: /timed, honor_timestamps: false, TARGET}",
      "tracked: {metrics_path: /vanishing, params: {tracked: [a]}, track_timestamps_staleness: true, TARGET}",
      "untracked: {metrics_path: /vanishing, TARGET}",
      "strange: {metrics_path: /strange, fallback_scrape_protocol: OpenMetricsText1.0.0, TARGET}",
      "proxied: {proxy_url: \"http://127.0.0.1:\(proxy.boundPort)\", static_configs: [{targets: [\"nowhere.invalid:80\"]}]}",
      "redirected: {metrics_path: /redirect, TARGET}",
      "undirected: {metrics_path: /redirect, follow_redirects: false, TARGET}",
      "compressed: {metrics_path: /header, params: {name: [Accept-Encoding]}, TARGET}",
      "uncompressed: {metrics_path: /header, params: {name: [Accept-Encoding]}, enable_compression: false, TARGET}",
      "accepting: {metrics_path: /header, params: {name: [Accept]}, scrape_protocols: [PrometheusText0.0.4], TARGET}",
      "basic: {metrics_path: /header, params: {name: [Authorization]}, basic_auth: {username: u, password: p}, TARGET}",
      "bearer: {metrics_path: /header, params: {name: [Authorization]}, authorization: {credentials_file: token}, TARGET}",
      "samples: {metrics_path: /many, sample_limit: 9, TARGET}",
      "samples_enough: {metrics_path: /many, sample_limit: 10, TARGET}",
      "labels: {metrics_path: /labels, label_limit: 3, TARGET}",
      "label_names: {metrics_path: /labels, label_name_length_limit: 14, TARGET}",
      "label_values: {metrics_path: /labels, label_value_length_limit: 20, TARGET}",
      "body: {metrics_path: /many, body_size_limit: 20B, TARGET}",
      "targets: {target_limit: 1, static_configs: [{targets: [\"127.0.0.1:1\", \"127.0.0.1:2\"]}]}",
      "dropped: {keep_dropped_targets: 2, static_configs: [{targets: [a, b, c]}], relabel_configs: [{action: drop, regex: \".*\"}]}",
      "secure: {tls_config: {\(identity), server_name: tocsin.test}, \(safe)}",
      "insecure: {tls_config: {\(identity), insecure_skip_verify: true}, \(safe)}",
      "wrong_name: {tls_config: {\(identity)}, \(safe)}",
      "no_identity: {tls_config: {insecure_skip_verify: true}, \(safe)}",
    ].map { job in
      let (name, rest) = (job.prefix { $0 != ":" }, job.drop { $0 != "{" }.dropFirst())
      return "  - {job_name: \(name), \(rest.replacingOccurrences(of: "TARGET", with: target))"
    }
    let configuration = try folder.write(
      "global: {scrape_interval: 1s}\nscrape_configs:\n"
        + jobs.joined(separator: "\n"),
      to: "tocsin.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: configuration, storage: folder.file("data"))
    try await eventually("every target was scraped often enough") {
      try await evaluator.value("min(count_over_time(up[1m]))") ?? 0 >= 9
    }
    try await expectSeries(evaluator)
    try await expectFailures(evaluator)
    #expect(counters.proxied.load(ordering: .relaxed) > 0)
    await server.stop(grace: .zero)
    await proxy.stop(grace: .zero)
  }

  private func expectSeries(_ evaluator: Daemon) async throws {
    let cases = [
      (#"count(m{job="own",instance!=""})"#, 1.0),
      (#"count(m{job="renamed",exported_job="own"})"#, 1),
      (#"time() - timestamp(m{job="timed"}) > bool 50"#, 1),
      (#"time() - timestamp(m{job="untimed"}) < bool 50"#, 1),
      (#"count(stays{job="tracked"})"#, 1), (#"count(gone{job="tracked"}) or vector(0)"#, 0),
      (#"count(gone{job="untracked"})"#, 1),
      (#"time() - timestamp(m{job="strange"}) > bool 50"#, 1),
      (#"count(proxied{job="proxied",host=~"nowhere.invalid.*"})"#, 1),
      (#"up{job="redirected"}"#, 1), (#"up{job="undirected"}"#, 0),
      (#"count(header{job="compressed",value=~".*gzip.*"})"#, 1),
      (#"count(header{job="uncompressed",value!~".*gzip.*"})"#, 1),
      (#"count(header{job="accepting",value=~"text/plain;version=0.0.4.*"})"#, 1),
      (#"count(header{job="basic",value="Basic dTpw"})"#, 1),
      (#"count(header{job="bearer",value="Bearer from-file"})"#, 1),
      (#"count(m{job="samples"}) or vector(0)"#, 0), (#"count(m{job="samples_enough"})"#, 10),
      (#"count(up{job="targets"} == 0)"#, 2), (#"up{job="secure"}"#, 1),
      (#"up{job="insecure"}"#, 1),
      (#"count({job=~"labels|label_names|label_values|body",__name__="m"}) or vector(0)"#, 0),
    ]
    for (expression, expected) in cases {
      try await evaluator.waitFor(expression, equals: expected)
    }
  }

  private func expectFailures(_ evaluator: Daemon) async throws {
    let data = try JSON(try await evaluator.get("/api/v1/targets").body)["data"]
    let errors = Dictionary(
      data["activeTargets"].array.map {
        ($0["scrapePool"].string ?? "", $0["lastError"].string ?? "")
      }, uniquingKeysWith: { $1 })
    let cases = [
      ("undirected", "HTTP status 302"), ("samples", "sample_limit 9 exceeded"),
      ("labels", "label_limit 3 exceeded"), ("label_names", "label_name_length_limit 14"),
      ("label_values", "label_value_length_limit 20"), ("body", "body_size_limit 20"),
      ("targets", "target_limit 1 exceeded"), ("wrong_name", "127.0.0.1"), ("no_identity", ""),
    ]
    for (job, reason) in cases {
      #expect(
        errors[job]?.contains(reason) == true || (reason.isEmpty && errors[job] != ""),
        "\(job): \(errors[job] ?? "")")
      #expect(try await evaluator.value("sum(up{job=\"\(job)\"})") == 0, "\(job)")
    }
    #expect(data["droppedTargets"].array.count == 2)
    #expect(data["droppedTargetCounts"]["dropped"].number == 3)
  }
}

/// Counts the requests to targets.
private final class RequestCounters: Sendable {
  let proxied = Atomic<Int>(0)
  private let untracked = Atomic<Int>(0)
  private let tracked = Atomic<Int>(0)

  /// Counts one more request for the lines that vanish, and returns its number.
  func nextRound(isTracked: Bool) -> Int {
    isTracked
      ? tracked.add(1, ordering: .relaxed).newValue : untracked.add(1, ordering: .relaxed).newValue
  }
}
