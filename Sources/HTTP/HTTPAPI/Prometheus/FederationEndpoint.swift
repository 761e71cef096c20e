import ExpositionFormat
import MetricModel
import PromQLEngine
import StorageAPI
import WebServer

/// `/federate`: the newest sample of each selected series in text format, for another server to
/// scrape.
struct FederationEndpoint: Sendable {
  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.get("/federate") { request in
      // Clients that do not ask for quoted names would refuse the whole page for one of them.
      let accept = request.headers["Accept"] ?? ""
      let escaping: Escaping = accept.contains("escaping=allow-utf-8") ? .none : .underscores
      do throws(APIError) {
        return HTTPResponse(
          headers: [
            "Content-Type":
              "text/plain; version=0.0.4; charset=utf-8; escaping=\(escaping.rawValue)"
          ],
          body: try await text(request, escaping))
      } catch {
        return .text(error.message + "\n", status: error.kind.status)
      }
    }
  }

  /// The escaping of names with other characters than letters, digits, `_` and `:`.
  private enum Escaping: String {
    case none = "allow-utf-8"
    case underscores

    func callAsFunction(_ name: String) -> String {
      self == .none ? name : NameRules.underscored(name)
    }
  }

  private typealias Sample = (labels: Labels, time: Timestamp, value: Double)

  private func text(
    _ request: HTTPRequest, _ escaping: Escaping
  ) async throws(APIError) -> [UInt8] {
    let sets = try RequestParameters(request).matcherSets(namesParameter: false)
    let now = sources.now()
    // A sample that is exactly as old as the lookback is included.
    let oldest = now.adding(milliseconds: -sources.engine.options.lookback)
    var newest: [Labels: Sample] = [:]
    do {
      for matchers in sets {
        let selection = SeriesSelection(matchers: matchers, from: oldest, through: now)
        let selected = try await sources.engine.querier.select(selection)
        var columns = SampleColumns()
        for (place, labels) in selected.labels.enumerated() where newest[labels] == nil {
          columns.removeAll()
          try selected.read(place, from: selection.from, through: now, into: &columns)
          guard let time = columns.timestamps.last, let value = columns.values.last,
            !StaleMarker.isStale(value)
          else { continue }
          newest[labels] = (labels, Timestamp(rawValue: time), value)
        }
      }
    } catch {
      throw APIError(.storage(error))
    }
    return Self.text(
      Array(newest.values), externalLabels: await sources.externalLabels(), escaping)
  }

  private static func text(
    _ samples: [Sample], externalLabels: Labels, _ escaping: Escaping
  ) -> [UInt8] {
    let sorted = samples.sorted { left, right in
      let (name, other) = (left.labels.metricName ?? "", right.labels.metricName ?? "")
      return name != other ? name < other : left.labels < right.labels
    }
    // An empty instance, so that the reader does not add that of this server.
    var added = Array(externalLabels)
    if externalLabels["instance"] == nil { added.append(Label(name: "instance", value: "")) }
    added.sort { $0.name < $1.name }
    var writer = ExpositionWriter()
    var last: String?
    for sample in sorted {
      guard let metric = sample.labels.metricName else { continue }
      let name = escaping(metric)
      if metric != last { writer.beginUntyped(name) }
      last = metric
      let labels =
        escaping == .none
        ? sample.labels
        : Labels(sample.labels.map { Label(name: escaping($0.name), value: $0.value) })
      writer.sample(
        name, labels: labels, extra: added.filter { sample.labels[$0.name] == nil },
        value: sample.value, timestamp: sample.time)
    }
    return writer.bytes
  }
}
