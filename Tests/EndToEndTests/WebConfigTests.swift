import Foundation
import TestSupport
import Testing
import TransportSecurity
import WebClient

/// Both daemons behind TLS and a password, with common tools and servers.
@Suite struct WebConfigTests {
  private static let user = "alice"
  private static let password = "secret"
  private static let hash = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

  @Test func prometheusAndItsToolsComeInWithCertificateAndPassword() async throws {
    let certificates = try await ThrowawayCertificates()
    try await certificates.sign("server", purpose: "serverAuth", names: "IP:127.0.0.1")
    let folder = certificates.folder
    let web = try folder.write(
      """
      tls_server_config: {cert_file: server.crt, key_file: server.key}
      basic_auth_users: {\(Self.user): \(Self.hash)}
      http_server_config: {headers: {Strict-Transport-Security: max-age=60}}
      """, to: "web.yml")
    for (program, arguments) in [
      (Daemon.executable, ["check", "web-config", web]),
      ("promtool", ["check", "web-config", web]),
    ] {
      let check = try ChildProcess.start(program, arguments)
      #expect(try await check.waitForExit() == 0, "\(check.output)")
    }

    let exporterPort = try FreePort.next()
    let exporter = try ChildProcess.start(
      Daemon.executable,
      [
        "exporter", "--web.listen-address", "127.0.0.1:\(exporterPort)", "--web.config.file", web,
      ])
    try await exporter.waitUntilAccepting(port: exporterPort)
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s}
      scrape_configs:
      - job_name: node
        scheme: https
        basic_auth: {username: \(Self.user), password: \(Self.password)}
        tls_config: {ca_file: ca.crt}
        static_configs: [{targets: ['127.0.0.1:\(exporterPort)']}]
      - job_name: stranger
        scheme: https
        tls_config: {ca_file: ca.crt}
        static_configs: [{targets: ['127.0.0.1:\(exporterPort)']}]
      """, to: "prometheus.yml")
    let evaluatorPort = try FreePort.next()
    let evaluator = try ChildProcess.start(
      Daemon.executable,
      [
        "evaluator", "--web.listen-address", "127.0.0.1:\(evaluatorPort)", "--web.config.file",
        web, "--config.file", configuration, "--storage.path", folder.file("data"),
      ])
    try await evaluator.waitUntilAccepting(port: evaluatorPort)
    let reference = try await Daemon.prometheus(
      configuration: configuration, storage: folder.file("prometheus"))

    // Without a password every path gives the same response, so that it reveals none.
    for path in ["/metrics", "/-/ready", "/nothing", "/api/v1/query?query=1"] {
      var request = WebRequest(.get, "https://127.0.0.1:\(evaluatorPort)\(path)")
      request.tls.caFile = certificates.authority
      let answer = try await WebClient().send(request)
      #expect(answer.status == 401)
      #expect(answer.text == "Unauthorized\n")
      #expect(answer.headers["Strict-Transport-Security"] == "max-age=60")
    }

    // Debian's Prometheus and the evaluator see the same of the exporter.
    try await reference.waitFor("up{job=\"node\"}", equals: 1)
    try await reference.waitFor("up{job=\"stranger\"}", equals: 0)
    try await reference.waitFor("tocsin_web_config_last_reload_successful", equals: 1)
    let client = try folder.write(
      """
      basic_auth: {username: \(Self.user), password: \(Self.password)}
      tls_config: {ca_file: \(certificates.authority)}
      """, to: "client.yml")
    let url = "https://127.0.0.1:\(evaluatorPort)"
    try await eventually("the evaluator has let itself in, and only with a password") {
      var request = WebRequest(.get, "\(url)/api/v1/query?query=sum%20by%20(job)%20(up)")
      request.tls.caFile = certificates.authority
      request.credentials = .basic(username: Self.user, password: Self.password)
      let results = try JSON(try await WebClient().send(request).body)["data"]["result"].array
      let values = results.map { [$0["metric"]["job"].string, $0["value"][1].string] }
      return values == [["node", "1"], ["stranger", "0"]]
    }
    let silence = try await Self.output(
      "amtool",
      [
        "--http.config.file=\(client)", "--alertmanager.url=\(url)", "silence", "add",
        "--comment=x", "--author=x", "alertname=Nothing",
      ])
    // The silence's UUID is the last line, after a warning about versions.
    #expect(silence.split(separator: "\n").last?.count == 36, "\(silence)")

    let explain = ["query", "explain", "up", "--url", url]
    let trusting = try folder.write(
      "tls_config: {ca_file: \(certificates.authority)}\n", to: "trusting.yml")
    let stranger = try await Self.output(
      Daemon.executable, explain + ["--http.config.file", trusting])
    #expect(stranger.contains("wants a password; give --http.config.file"), "\(stranger)")
    #expect(
      try await Self.output(Daemon.executable, explain + ["--http.config.file", client]).contains(
        "series"))
    let samples = try folder.write("# TYPE old gauge\nold 1 1000\n# EOF\n", to: "old.om")
    let imported = try await Self.output(
      Daemon.executable,
      ["import", samples, "--url", "\(url)/api/v1/write", "--http.config.file", client])
    #expect(imported.contains("imported 1 samples of 1 series"), "\(imported)")

    // An error in the file changes nothing but a metric.
    try folder.write("basic_auth_users: {\(Self.user): \(Self.password)}\n", to: "web.yml")
    try await reference.waitFor("tocsin_web_config_last_reload_successful", equals: 0)
    try await reference.waitFor("up{job=\"node\"}", equals: 1)
    for process in [exporter, evaluator] {
      try await eventually("the log says why") {
        // The evaluator reads the file again at a request.
        _ = try? await HTTP.get("\(url)/metrics")
        return process.output.contains("is no bcrypt hash")
      }
      #expect(!process.output.contains(Self.password))
      process.terminate()
      #expect(try await process.waitForExit() == 0)
    }
  }

  private static func output(_ program: String, _ arguments: [String]) async throws -> String {
    let process = try ChildProcess.start(program, arguments)
    _ = try await process.waitForExit()
    return process.output
  }

  @Test func aMistakeInTheFileStopsTheStart() async throws {
    let folder = try TemporaryDirectory()
    let web = try folder.write("tls_server_config: {cert_file: none.crt}\n", to: "web.yml")
    for command in ["exporter", "evaluator"] {
      let configuration = try folder.write("{}\n", to: "\(command).yml")
      let process = try ChildProcess.start(
        Daemon.executable,
        [
          command, "--web.listen-address", "127.0.0.1:0", "--web.config.file", web,
          "--config.file", configuration,
        ])
      #expect(try await process.waitForExit() == 1)
      #expect(process.output.contains("tocsin: \(web):1:"), "\(process.output)")
      #expect(process.output.contains("\"key_file\" is missing"))
    }
  }
}
