import ExpositionFormat
import MetricModel
import PromQLEngine
import StorageAPI
import WebServer

/// `/federate`: the newest sample of each selected series in text format, for another server to scrape.
struct FederationEndpoint: Sendable {
  /// How old the newest sample may be, as for instant queries.
  private static let lookback: Int64 = 300_000

  private let sources: APISources

  init(_ sources: APISources) { self.sources = sources }

  func register(in router: inout Router) {
    router.get("/federate") { request in
      do throws(APIError) {
        return HTTPResponse(
          headers: ["Content-Type": ExpositionWriter.contentType], body: try await text(request))
      } catch {
        return .text(error.message + "\n", status: error.kind.status)
      }
    }
  }

  private func text(_ request: HTTPRequest) async throws(APIError) -> [UInt8] {
    let sets = try RequestParameters(request).matcherSets()
    guard !sets.isEmpty else { throw APIError(.badData, "no match[] parameter provided") }
    let now = sources.now()
    var newest: [Labels: (Timestamp, Double)] = [:]
    do {
      for matchers in sets {
        let selection = SeriesSelection(
          matchers: matchers, from: now.adding(milliseconds: 1 - Self.lookback), through: now)
        let selected = try await sources.engine.querier.select(selection)
        var columns = SampleColumns()
        for (place, labels) in selected.labels.enumerated() where newest[labels] == nil {
          columns.removeAll()
          try selected.read(place, from: selection.from, through: now, into: &columns)
          guard let time = columns.timestamps.last, let value = columns.values.last,
            !StaleMarker.isStale(value)
          else { continue }
          newest[labels] = (Timestamp(rawValue: time), value)
        }
      }
    } catch {
      throw APIError(.storage(error))
    }
    return Self.text(newest, externalLabels: await sources.externalLabels())
  }

  private static func text(
    _ newest: [Labels: (Timestamp, Double)], externalLabels: Labels
  ) -> [UInt8] {
    let sorted = newest.sorted { left, right in
      let (name, other) = (left.key.metricName ?? "", right.key.metricName ?? "")
      return name != other ? name < other : left.key < right.key
    }
    var writer = ExpositionWriter()
    var last: String?
    for (labels, (time, value)) in sorted {
      guard let name = labels.metricName else { continue }
      if name != last { writer.beginUntyped(name) }
      last = name
      let missing = externalLabels.filter { labels[$0.name] == nil }
      writer.sample(name, labels: labels.merging(Labels(missing)), value: value, timestamp: time)
    }
    return writer.bytes
  }
}
