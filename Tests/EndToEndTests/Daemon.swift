import Foundation
import TestSupport
import WebClient

/// The built program, started as a user would start it.
struct Daemon {
  /// The program that the package manager built beside the tests.
  static let executable =
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("tocsin").path

  /// The root of the repository.
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  let process: ChildProcess
  let port: Int

  /// Starts `tocsin exporter` and waits until it is ready.
  static func exporter(
    port: Int? = nil, configuration: String? = nil, environment: [String: String] = [:]
  ) async throws -> Daemon {
    let port = try port ?? FreePort.next()
    var arguments = ["exporter", "--web.listen-address", "127.0.0.1:\(port)"]
    if let configuration { arguments += ["--config.file", configuration] }
    return try await start(arguments, environment: environment, port: port)
  }

  /// Starts `tocsin evaluator` and waits until it is ready.
  static func evaluator(
    port: Int? = nil, configuration: String, notifications: String? = nil, storage: String,
    flags: [String] = []
  ) async throws -> Daemon {
    let port = try port ?? FreePort.next()
    var arguments =
      [
        "evaluator", "--web.listen-address", "127.0.0.1:\(port)", "--config.file", configuration,
        "--storage.path", storage,
      ] + flags
    if let notifications { arguments += ["--notifications.config-file", notifications] }
    return try await start(arguments, port: port)
  }

  /// Starts Debian's Prometheus.
  static func prometheus(
    configuration: String, storage: String, port: Int? = nil, flags: [String] = []
  ) async throws -> Daemon {
    let prometheusServer = try await ThrowawayPrometheus.start(
      configuration, storage: storage, port: port, flags: flags)
    return Daemon(process: prometheusServer.process, port: prometheusServer.port)
  }

  private static func start(
    _ arguments: [String], environment: [String: String] = [:], port: Int
  ) async throws -> Daemon {
    let process = try ChildProcess.start(executable, arguments, environment: environment)
    let daemon = Daemon(process: process, port: port)
    do {
      try await eventually("\(arguments[0]) is ready") {
        guard process.isRunning else { throw EndToEndError("it ended") }
        return (try? await daemon.get("/-/ready").status) == 200
      }
    } catch {
      throw EndToEndError(
        "\(arguments.joined(separator: " ")): \(error); it wrote:\n\(process.output)")
    }
    return daemon
  }

  /// Sends a GET request to the daemon.
  func get(_ path: String, headers: [(String, String)] = []) async throws -> WebResponse {
    try await HTTP.get("http://127.0.0.1:\(port)\(path)", headers: headers)
  }

  /// Returns the result of an instant query: labels and value of each series.
  func query(_ expression: String) async throws -> [(labels: [String: String], value: String)] {
    let escaped = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let response = try await get("/api/v1/query?query=\(escaped)")
    let json = try JSON(response.body)
    guard json["status"].string == "success" else {
      throw EndToEndError("query \(expression): \(response.text)")
    }
    if json["data"]["resultType"].string == "scalar" {
      return [([:], json["data"]["result"][1].string ?? "")]
    }
    return json["data"]["result"].array.map { element in
      let labels = element["metric"].object.mapValues { $0.string ?? "" }
      return (labels, element["value"][1].string ?? "")
    }
  }

  /// Returns the only value of an instant query; nil if there is none.
  func value(_ expression: String) async throws -> Double? {
    try await query(expression).first.flatMap { Double($0.value) }
  }

  /// Returns the sum of a family on the daemon's own `/metrics`; nil if it has no samples.
  func ownMetric(_ name: String) async throws -> Double? {
    let samples = try await get("/metrics").text.split(separator: "\n").filter {
      $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{")
    }
    let values = samples.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    return values.isEmpty ? nil : values.reduce(0, +)
  }

  /// Waits until so many more rounds of rules have been evaluated: enough for every effect to show
  /// at least twice.
  func waitForRounds(_ count: Double) async throws {
    let family = "prometheus_rule_group_iterations_total"
    let before = try await ownMetric(family) ?? 0
    try await eventually("\(count) more rounds of rules") {
      try await ownMetric(family) ?? 0 >= before + count
    }
  }

  /// Waits until an instant query has the expected value.
  func waitFor(_ expression: String, equals expected: Double) async throws {
    var last: Double?
    do {
      try await eventually(expression) {
        last = try? await value(expression)
        return last == expected
      }
    } catch {
      throw EndToEndError(
        "\(expression) is \(String(describing: last)); it wrote:\n\(process.output)")
    }
  }

  /// Stops the daemon as a service manager does and returns its exit status.
  func stop() async throws -> Int32 {
    process.signal(SIGTERM)
    return try await process.waitForExit()
  }
}

/// A condition without which an end-to-end test cannot continue.
struct EndToEndError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The HTTP client of all tests.
enum HTTP {
  static let client = WebClient()

  static func get(
    _ url: String, headers: [(String, String)] = []
  ) async throws -> WebResponse {
    var request = WebRequest(.get, url)
    for (name, value) in headers { request.headers.append(name, value) }
    return try await client.send(request)
  }
}
