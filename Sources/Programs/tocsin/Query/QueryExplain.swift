import ArgumentParser
import Configuration
import Codecs
import Foundation
import MetricModel
import PromQLEngine
import PromQLSyntax
import SampleStore
import WebClient

/// `tocsin query explain`
struct QueryExplain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Run a query and show its plan: series, samples and time of every part.",
    discussion: """
      Asks a running evaluator (--url), or reads the samples of a folder itself (--storage.path), which may be done beside \
      a running evaluator. With --start and --end it is a range query.

      time is that of a part with all below it, own that of the part alone; both include its share of planning, and the \
      selection of series. samples are those read from storage. A part "once for all steps" depends on no step. \
      Example: tocsin query explain 'sum by (job) (rate(http_requests_total[5m]))' --start -1h --end now --step 15s
      """)

  @Argument(help: "The expression.") var expression: String

  @Option(help: "The evaluator that is asked.") var url = "http://127.0.0.1:9931"

  @OptionGroup var client: ClientFlags

  @Option(
    name: .customLong("storage.path"),
    help: "An evaluator's --storage.path; the query then runs in this program.")
  var storagePath: String?

  @Option(help: "The instant: now, -5m, 2026-05-01T00:00:00Z or seconds since 1970.")
  var time = "now"

  @Option(parsing: .unconditional, help: "The start of a range query, likewise.") var start: String?
  @Option(parsing: .unconditional, help: "The end of a range query, likewise.") var end = "now"
  @Option(help: "The step of a range query, as 15s.") var step = "15s"

  @Flag(help: "Print the answer of /api/v1/query_explain as it is.") var json = false

  func validate() throws {
    if json, storagePath != nil { throw ValidationError("--json needs an evaluator (--url)") }
  }

  func run() async throws {
    await Startup.exitOnFailure {
      let query = try Query(self)
      let explanation: Explanation
      if let storagePath {
        explanation = try await query.run(in: storagePath)
      } else {
        let answer = try await query.ask(url, using: try client.httpConfiguration())
        if json { return print(String(decoding: answer, as: UTF8.self)) }
        explanation = try Explanation(answer: answer)
      }
      for line in explanation.lines { print(line) }
    }
  }
}

/// A query with its parsed times.
private struct Query {
  let text: String
  let start: Timestamp
  var range: (end: Timestamp, step: PrometheusDuration)?

  init(_ command: QueryExplain) throws {
    text = command.expression
    guard let first = command.start else {
      start = try Self.instant(command.time, "--time")
      return
    }
    start = try Self.instant(first, "--start")
    guard let step = PrometheusDuration(command.step), step.rawValue > 0 else {
      throw QueryMistake("--step: \"\(command.step)\" is no duration; write one as 15s")
    }
    range = (try Self.instant(command.end, "--end"), step)
  }

  private static func instant(_ text: String, _ option: String) throws -> Timestamp {
    if text == "now" { return .now() }
    if text.hasPrefix("-"), let back = PrometheusDuration(String(text.dropFirst())) {
      return Timestamp(rawValue: Timestamp.now().rawValue - back.rawValue)
    }
    if let seconds = Double(text), seconds.isFinite { return Timestamp(seconds: seconds) }
    if let time = Timestamp(rfc3339: text) { return time }
    throw QueryMistake(
      "\(option): \"\(text)\" is no time; write now, -5m, 2026-05-01T00:00:00Z or seconds since 1970"
    )
  }

  /// Runs the query locally, over the samples of a folder.
  func run(in folder: String) async throws -> Explanation {
    let expression = try QueryEngine.parse(text)
    var options = QueryOptions()
    options.recordsProfile = true
    let engine = QueryEngine(querier: try await SampleStore.reading(folder), options: options)
    let result =
      if let range {
        try await engine.range(
          expression, from: start, through: range.end, step: range.step.rawValue)
      } else {
        try await engine.instant(expression, at: start)
      }
    guard let profile = result.profile else { throw QueryMistake("the query was not recorded") }
    return Explanation(expression, result, profile)
  }

  /// Runs the query on an evaluator.
  func ask(
    _ url: String, using configuration: HTTPClientConfiguration
  ) async throws -> [UInt8] {
    var fields = [("query", text)]
    if let range {
      fields += [
        ("start", Self.text(start)), ("end", Self.text(range.end)), ("step", "\(range.step)"),
      ]
    } else {
      fields.append(("time", Self.text(start)))
    }
    let form = fields.map { name, value in
      name + "=" + PercentEncoding.query(value)
    }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    var request = WebRequest(
      .post, base + "/api/v1/query_explain",
      headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: Array(form.joined(separator: "&").utf8))
    request.timeout = .seconds(600)
    try await configuration.apply(to: &request)
    let client = WebClient()
    defer { client.shutDown() }
    let response = try await client.send(request)
    guard response.status != 404 else {
      throw QueryMistake("\(base) explains no queries: it is no evaluator of this version")
    }
    guard response.status != 401 else {
      throw QueryMistake("\(base) wants a password; give --http.config.file")
    }
    return response.body
  }

  private static func text(_ time: Timestamp) -> String {
    String(format: "%.3f", Double(time.rawValue) / 1000)
  }
}

/// The reason why a query cannot be explained.
struct QueryMistake: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
