import PromQLSyntax

/// What a query says beside its answer: warnings and infos, each with the place in the query that it is about.
///
/// As in Prometheus 3.14 notes with the same text are one, wherever they come from: it has the place that is
/// evaluated last, or, for notes that count, the place that is evaluated first.
struct Annotations {
  /// What a note tells besides its text.
  private enum Detail {
    case none
    case occurrences(Int)
    case buckets(ForcedBuckets)

    /// The end of the note, before its place.
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
    /// The part of the query that said it, which is evaluated after all that it is made of.
    var part: SourceRange
    var detail: Detail
  }

  private var annotations: [Annotation] = []

  /// The notes in the order in which they first came up.
  var texts: [String] {
    annotations.map { "\($0.text)\($0.detail.text) (\($0.range.start))" }
  }

  /// Adds a note of a part of the query about a place in it, by default the part itself.
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

  /// Adds a note about something that happened some times.
  mutating func add(_ text: String, occurrences: Int, at range: SourceRange) {
    guard let index = index(of: text), case .occurrences(let count) = annotations[index].detail
    else { return append(text, range, .occurrences(occurrences)) }
    annotations[index].detail = .occurrences(count + occurrences)
    keepFirst(range, index)
  }

  /// Adds a note about buckets whose counts were raised.
  mutating func add(_ text: String, _ buckets: ForcedBuckets, at range: SourceRange) {
    guard let index = index(of: text), case .buckets(let known) = annotations[index].detail
    else { return append(text, range, .buckets(buckets)) }
    annotations[index].detail = .buckets(known.joined(with: buckets))
    keepFirst(range, index)
  }

  private func index(of text: String) -> Int? { annotations.firstIndex { $0.text == text } }

  private mutating func append(_ text: String, _ range: SourceRange, _ detail: Detail) {
    annotations.append(Annotation(text: text, range: range, part: range, detail: detail))
  }

  private mutating func keepFirst(_ range: SourceRange, _ index: Int) {
    if range.isEvaluated(before: annotations[index].range) { annotations[index].range = range }
  }
}

extension SourceRange {
  /// Whether a part of a query comes before another one when each part follows its arguments.
  fileprivate func isEvaluated(before other: SourceRange) -> Bool {
    end == other.end ? other.start < start : end < other.end
  }
}
