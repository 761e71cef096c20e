import Foundation
import PromQLEngine
import PromQLSyntax

/// The result of `tocsin query explain`, decoded from an evaluator's answer or made from a query
/// that ran locally.
struct Explanation: Decodable {
  struct Node: Decodable {
    let node: String
    let method: String
    let series: Int
    let steps: Int
    let samplesRead: Int
    let time: Double
    let ownTime: Double
    let children: [Node]

    /// The number of samples read by this node and its children.
    var allSamplesRead: Int { children.reduce(samplesRead) { $0 + $1.allSamplesRead } }
  }

  struct Statistics: Decodable {
    struct Timings: Decodable {
      let queryPreparationTime: Double
      let innerEvalTime: Double
      let execQueueTime: Double
      let execTotalTime: Double
    }

    struct Samples: Decodable {
      let totalQueryableSamples: Int
      let peakSamples: Int
    }

    let timings: Timings
    let samples: Samples
  }

  let query: String
  let steps: Int
  let series: Int
  let plan: [Node]
  let stats: Statistics
  private(set) var notes: [String]? = []

  private struct Envelope: Decodable {
    let data: Explanation?
    let error: String?
    let warnings: [String]?
    let infos: [String]?
  }

  init(answer: [UInt8]) throws {
    let envelope = try JSONDecoder().decode(Envelope.self, from: Data(answer))
    guard let data = envelope.data else {
      throw QueryMistake(envelope.error ?? "the evaluator gave no plan")
    }
    self = data
    notes = (envelope.warnings ?? []) + (envelope.infos ?? [])
  }

  init(_ expression: PromQLSyntax.Expression, _ result: QueryResult, _ profile: QueryProfile) {
    query = expression.description
    steps = profile.steps
    series =
      switch result.value {
      case .scalar, .string: 1
      case .vector(let elements, _): elements.count
      case .matrix(let series): series.count
      }
    plan = profile.roots.map(Node.init)
    let (preparation, evaluation) = (
      profile.preparation / .seconds(1), profile.evaluation / .seconds(1)
    )
    stats = Statistics(
      timings: .init(
        queryPreparationTime: preparation, innerEvalTime: evaluation, execQueueTime: 0,
        execTotalTime: preparation + evaluation),
      samples: .init(
        totalQueryableSamples: profile.queryableSamples, peakSamples: profile.peakSamples))
    notes = result.warnings + result.infos
  }

  /// The lines of the output: totals first, then the plan as a table.
  var lines: [String] {
    let (timings, samples) = (stats.timings, stats.samples)
    var lines = [
      query,
      "\(Self.count(series, "series")), \(Self.count(steps, steps == 1 ? "step" : "steps"))",
      "\(Self.time(timings.execTotalTime)): planning \(Self.time(timings.queryPreparationTime)), "
        + "evaluation \(Self.time(timings.innerEvalTime)), queue \(Self.time(timings.execQueueTime))",
      "samples: \(plan.reduce(0) { $0 + $1.allSamplesRead }) read, \(samples.totalQueryableSamples) queryable, "
        + "at most \(samples.peakSamples) held",
    ]
    lines += notes ?? []
    guard !plan.isEmpty else { return lines }
    var rows = [["time", "own", "series", "steps", "samples", "part of the plan"]]
    for node in plan { Self.append(node, depth: 0, to: &rows) }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    lines.append("")
    lines += rows.map { row in
      let cells = zip(row, widths).map { cell, width in
        String(repeating: " ", count: width - cell.count) + cell
      }
      return cells.joined(separator: "  ") + "  " + row[5]
    }
    return lines
  }

  private static func append(_ node: Node, depth: Int, to rows: inout [[String]]) {
    let isLeaf = node.children.isEmpty
    let indent = String(repeating: "  ", count: depth)
    rows.append([
      time(node.time), time(node.ownTime), String(node.series), String(node.steps),
      isLeaf ? String(node.samplesRead) : "",
      indent + node.node + (node.method.isEmpty ? "" : "  [\(node.method)]"),
    ])
    for child in node.children { append(child, depth: depth + 1, to: &rows) }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)" }

  private static func time(_ seconds: Double) -> String {
    seconds < 1
      ? String(format: "%.2f ms", seconds * 1000) : String(format: "%.2f s", seconds)
  }
}

extension Explanation.Node {
  fileprivate init(_ node: QueryProfile.Node) {
    self.init(
      node: node.title, method: node.method, series: node.series, steps: node.steps,
      samplesRead: node.samplesRead, time: node.time / .seconds(1),
      ownTime: node.ownTime / .seconds(1), children: node.children.map(Self.init))
  }
}
