import Codecs
import MetricModel

/// The keywords of the grammar.
enum Keywords {
  static let aggregations = Set(AggregationOperator.allCases.map(\.rawValue))
  /// Operators that are words.
  static let operators: Set<String> = ["and", "or", "unless", "atan2"]
  /// Keywords of clauses, which follow other words.
  static let clauses: Set<String> = [
    "bool", "by", "group_left", "group_right", "fill", "fill_left", "fill_right", "ignoring",
    "offset", "smoothed", "anchored", "on", "without",
  ]
  /// Keywords that are durations inside brackets.
  static let durations: Set<String> = ["step", "range", "max_of", "min_of"]
  /// Keywords that are called like functions.
  static let calls = durations.union(["start", "end"])
  static let all = aggregations.union(operators).union(clauses).union(calls)

  /// Keywords that can never name a metric.
  static let notMetricNames: Set<String> = [
    "bool", "on", "ignoring", "group_left", "group_right", "atan2",
  ]
  /// Words that are keywords only before an opening parenthesis, so that they may name metrics.
  static let fills: Set<String> = ["fill", "fill_left", "fill_right"]

  private static let longest = all.map(\.utf8.count).max() ?? 0

  /// Whether a word is a keyword; case does not matter.
  static func contains(_ word: String) -> Bool {
    word.utf8.count <= longest && all.contains(lowercased(word))
  }

  /// A word without capital letters.
  static func lowercased(_ word: String) -> String {
    let isLower = word.utf8.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    return isLower ? word : word.lowercased()
  }

  /// A keyword as messages name it.
  static func summary(_ text: String, _ keyword: String) -> String {
    if clauses.contains(keyword) { return "<\(text)>" }
    if operators.contains(keyword) { return "<op:\(text)>" }
    return aggregations.contains(keyword) ? "<aggr:\(text)>" : quoted(text)
  }

  /// A text in quotes.
  static func quoted(_ text: String) -> String { GoQuoting.quoted(text) }

  /// The beginning of a text in quotes, with dots if there is more.
  static func shortened(_ text: String) -> String {
    guard text.utf8.count > 10 else { return quoted(text) }
    return quoted(String(String.UnicodeScalarView(text.unicodeScalars.prefix(10)))) + "..."
  }
}
