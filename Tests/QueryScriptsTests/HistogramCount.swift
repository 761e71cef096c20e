import MetricModel
import PromQLEngine
import PromQLSyntax

/// Counts the cases of a script that touch native histograms, from the text only: an independent
/// check of the cases that the runner skips, which uses neither its reader nor the engine.
///
/// A case touches them if its expected result contains a native histogram, or if one of its
/// selectors names a series that some line before it, back to the last `clear`, loads with native
/// histograms (`{{...}}`, or the twin that `load_with_nhcb` makes of a classic one).
struct HistogramCount {
  /// The lines of all cases.
  private(set) var cases: Set<Int> = []
  /// The lines of the cases that touch native histograms.
  private(set) var touching: Set<Int> = []
  private var histograms: [Labels] = []

  init(_ text: String) {
    var block = Block.none
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = String(raw).trimming
      if line.isEmpty || line.hasPrefix("#") {
        block = .none
      } else if line == "clear" {
        (histograms, block) = ([], .none)
      } else if line.hasPrefix("load ") || line.hasPrefix("load_with_nhcb ") {
        block = .load(makesTwins: line.hasPrefix("load_with_nhcb "))
      } else if line.hasPrefix("eval") {
        block = .evaluation(index + 1)
        cases.insert(index + 1)
        if touches(Self.expression(of: line)) { touching.insert(index + 1) }
      } else {
        note(line, in: block)
      }
    }
  }

  private enum Block {
    case none
    case load(makesTwins: Bool)
    case evaluation(Int)
  }

  private mutating func note(_ line: String, in block: Block) {
    switch block {
    case .none: break
    case .evaluation(let start): if line.contains("{{") { touching.insert(start) }
    case .load(let makesTwins):
      let series = Self.labels(of: line)
      if line.contains("{{") { histograms.append(series) }
      if makesTwins, let name = series.metricName, name.hasSuffix("_bucket") {
        let plain = String(name.dropLast("_bucket".count))
        histograms.append(series.removing(["le"]).setting(Label.metricName, plain))
      }
    }
  }

  /// The expression behind `instant at TIME` or `range from TIME to TIME step TIME`.
  static func expression(of line: String) -> String {
    let words = line.split(maxSplits: 8, omittingEmptySubsequences: true) { " \t".contains($0) }
    let skipped = words.count > 1 && words[1] == "range" ? 8 : 4
    let rest = line.split(maxSplits: skipped, omittingEmptySubsequences: true) {
      " \t".contains($0)
    }
    return rest.count > skipped ? String(rest[skipped]) : ""
  }

  /// The labels of a series, which end at its first blank or `@` outside of braces and quotes.
  private static func labels(of line: String) -> Labels {
    var end = line.startIndex
    var quote: Character?
    var isInBraces = false
    while end < line.endIndex {
      let next = line[end]
      if let open = quote {
        if next == "\\", open != "`" { end = line.index(after: end) }
        if next == open { quote = nil }
      } else if "\"'`".contains(next) {
        quote = next
      } else if "{}".contains(next) {
        isInBraces = next == "{"
      } else if !isInBraces, " \t@".contains(next), !line[end...].opensLabels {
        break
      }
      end = line.index(after: end)
    }
    guard case .selector(let selector) = try? PromQLParser.parse(String(line[..<end])) else {
      return .empty
    }
    return Labels(selector.allMatchers.map { ($0.name, $0.value) })
  }

  private func touches(_ expression: String) -> Bool {
    // An expression that does not parse touches nothing: such a case expects an error.
    guard let tree = try? QueryEngine.parse(expression) else { return false }
    return tree.selectors.contains { selector in
      histograms.contains { labels in selector.allMatchers.allSatisfy { $0.matches(labels) } }
    }
  }
}

extension String {
  fileprivate var trimming: String {
    String(drop { " \t\r".contains($0) }.reversed().drop { " \t\r".contains($0) }.reversed())
  }
}

extension Substring {
  /// Whether labels follow: one brace, not the two of a native histogram.
  fileprivate var opensLabels: Bool {
    let rest = drop { " \t".contains($0) }
    return rest.hasPrefix("{") && !rest.hasPrefix("{{")
  }
}
