import PromQLSyntax

/// The annotations of a query's result: warnings and infos, each with its position in the query.
///
/// As in Prometheus 3.14, annotations with the same text are merged, wherever they come from: the
/// position is that of the part evaluated last or, for annotations with a count, of the part
/// evaluated first.
struct Annotations {
  /// What an annotation holds besides its text.
  private enum Detail {
    case none
    case occurrences(Int)
    case buckets(ForcedBuckets)

    /// The end of the annotation, before its position.
    var text: String {
      switch self {
      case .none, .occurrences(1): ""
      case .occurrences(let count): " (\(count) occurrences)"
      case .buckets(let buckets): buckets.details
      }
    }
  }

  private struct Annotation {
    let text: String
    var range: SourceRange
    /// The part of the query that made it, which is evaluated after its operands.
    var part: SourceRange
    var detail: Detail
  }

  private var annotations: [Annotation] = []

  /// The annotations in the order in which they first occurred.
  var texts: [String] {
    annotations.map { "\($0.text)\($0.detail.text) (\($0.range.start))" }
  }

  /// Adds an annotation by a part of the query about a position in it, by default the part itself.
  mutating func add(_ text: String, at range: SourceRange, of part: SourceRange? = nil) {
    let part = part ?? range
    guard let index = index(of: text) else {
      annotations.append(Annotation(text: text, range: range, part: part, detail: .none))
      return
    }
    if annotations[index].part.isEvaluated(before: part) {
      annotations[index].range = range
      annotations[index].part = part
    }
  }

  /// Adds an annotation about something that happened several times.
  mutating func add(_ text: String, occurrences: Int, at range: SourceRange) {
    guard let index = index(of: text), case .occurrences(let count) = annotations[index].detail
    else { return append(text, range, .occurrences(occurrences)) }
    annotations[index].detail = .occurrences(count + occurrences)
    retainFirst(range, index)
  }

  /// Adds an annotation about buckets whose counts were raised.
  mutating func add(_ text: String, _ buckets: ForcedBuckets, at range: SourceRange) {
    guard let index = index(of: text), case .buckets(let known) = annotations[index].detail
    else { return append(text, range, .buckets(buckets)) }
    annotations[index].detail = .buckets(known.joined(with: buckets))
    retainFirst(range, index)
  }

  private func index(of text: String) -> Int? { annotations.firstIndex { $0.text == text } }

  private mutating func append(_ text: String, _ range: SourceRange, _ detail: Detail) {
    annotations.append(Annotation(text: text, range: range, part: range, detail: detail))
  }

  private mutating func retainFirst(_ range: SourceRange, _ index: Int) {
    if range.isEvaluated(before: annotations[index].range) { annotations[index].range = range }
  }
}

extension SourceRange {
  /// Whether a part of a query is evaluated before another one; each part follows its arguments.
  fileprivate func isEvaluated(before other: SourceRange) -> Bool {
    end == other.end ? other.start < start : end < other.end
  }
}
