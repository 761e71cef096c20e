import MetricModel
import PromQLSyntax

/// The criteria of the second argument of `info`.
struct InfoCriteria {
  /// Matchers on the names of info metrics.
  private(set) var nameMatchers: [LabelMatcher]
  /// Matchers on their labels; the labels that they name are those to be added.
  private(set) var dataMatchers: [LabelMatcher] = []

  init(_ call: FunctionCall) {
    var names: [LabelMatcher] = []
    if call.arguments.count > 1, case .selector(let selector) = call.arguments[1].unwrapped {
      names = selector.allMatchers.filter { $0.name == Label.metricName }
      dataMatchers = selector.matchers.filter { $0.name != Label.metricName }
    }
    let isOnlyNegative = names.allSatisfy {
      $0.operation == .notEqual || $0.operation == .notMatches
    }
    if names.isEmpty {
      names = [LabelMatcher(Label.metricName, equals: "target_info")]
    } else if isOnlyNegative, let any = try? LabelMatcher(Label.metricName, .matches, ".+_info") {
      names.append(any)
    }
    nameMatchers = names
  }

  /// All matchers on info series.
  var allMatchers: [LabelMatcher] { nameMatchers + dataMatchers }

  /// Whether a series is an info series itself, which gets no labels.
  func isInfo(_ labels: Labels) -> Bool { nameMatchers.allSatisfy { $0.matches(labels) } }

  /// Whether a series stays in the result if no info series matches it.
  var admitsNothing: Bool { dataMatchers.allSatisfy(\.matchesEmpty) }

  /// Whether a label of an info series is wanted.
  func wants(_ name: String) -> Bool {
    dataMatchers.isEmpty || dataMatchers.contains { $0.name == name }
  }
}
