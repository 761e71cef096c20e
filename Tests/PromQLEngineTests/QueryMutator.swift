import Foundation
import MetricModel
import PromQLEngine
import PromQLSyntax

/// Makes texts that may or may not be queries, the same ones for the same seed.
struct QueryMutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  /// The expressions of our own scripts, as material for changes.
  static func corpus() -> [String] {
    let folder = URL(filePath: #filePath).appending(
      path: "../../QueryScriptsTests/Scripts"
    ).standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().flatMap { name -> [String] in
      let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").compactMap { line in
        guard line.hasPrefix("eval") else { return nil }
        let words = line.split(separator: " ", maxSplits: line.contains(" range from ") ? 8 : 4)
        return words.last.map(String.init)
      }
    }
  }

  // MARK: - Texts

  /// A text of random bytes, of random words, of a changed query, or of one form nested deeply.
  mutating func text(_ corpus: [String]) -> String {
    switch roll(10) {
    case 0: return String(decoding: (0..<roll(60)).map { _ in UInt8(roll(256)) }, as: UTF8.self)
    case 1: return words()
    case 2: return nested(corpus)
    case 3: return "\(pick(Self.functions))(\(arguments(corpus)))"
    default: return changed(corpus)
    }
  }

  private mutating func words() -> String {
    (0..<(1 + roll(12))).map { _ in pick(Self.vocabulary) }.joined(
      separator: pick(["", " ", "\n"]))
  }

  /// A query with some of its words or bytes replaced.
  private mutating func changed(_ corpus: [String]) -> String {
    var text = pick(corpus)
    for _ in 0..<(1 + roll(4)) {
      switch roll(6) {
      case 0: text = bytewise(text)
      case 1: text = "(\(text)) \(pick(Self.operators)) (\(pick(corpus)))"
      case 2: text = "\(pick(Self.functions))(\(text)\(pick(["", ", 1", ", \"a\"", "[5m:1m]"])))"
      default: text = wordwise(text)
      }
      if text.utf8.count > 2000 { break }
    }
    return text
  }

  private mutating func bytewise(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let place = roll(bytes.count + 1)
    switch roll(4) {
    case 0 where place < bytes.count: bytes.remove(at: place)
    case 1 where place < bytes.count: bytes[place] = UInt8(roll(256))
    case 2: bytes.removeSubrange(place...)
    default: bytes.insert(contentsOf: Array(pick(Self.vocabulary).utf8), at: place)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Replaces a number, duration or name by another word of its kind.
  private mutating func wordwise(_ text: String) -> String {
    var pieces: [String] = []
    var piece = ""
    for next in text {
      let isWord = next.isLetter || next.isNumber || "_.:".contains(next)
      if let last = piece.last, isWord != (last.isLetter || last.isNumber || "_.:".contains(last)) {
        pieces.append(piece)
        piece = ""
      }
      piece.append(next)
    }
    pieces.append(piece)
    let place = roll(pieces.count)
    guard let begin = pieces[place].first else { return text }
    if begin.isNumber {
      pieces[place] = pick(Self.numbers)
    } else if begin.isLetter {
      pieces[place] = pick(Self.functions + Self.names)
    } else {
      pieces[place] = " \(pick(Self.operators)) "
    }
    return pieces.joined()
  }

  private mutating func arguments(_ corpus: [String]) -> String {
    (0..<roll(5)).map { _ in
      switch roll(5) {
      case 0: return pick(Self.numbers)
      case 1: return "\"\(pick(["", "a", "$1$1$1$1$1$1$1$1", "(.*)", "le", "(", "\\\\"]))\""
      case 2: return "\(pick(Self.names))[\(pick(Self.numbers))]"
      case 3: return "\(pick(Self.names))[\(pick(Self.numbers)):\(pick(Self.numbers))]"
      default: return pick(corpus)
      }
    }.joined(separator: ", ")
  }

  /// One form nested in another, deeper than the parser accepts at most.
  private mutating func nested(_ corpus: [String]) -> String {
    let forms = [
      ("(", ")"), ("-", ""), ("+", ""), ("sum(", ")"), ("abs(", ")"), ("1 + ", ""), ("", " + 1"),
      ("a or ", ""), ("2 ^ ", ""), ("max_over_time((", ")[1m:30s])"),
      ("max_over_time((", ")[1m:30s] offset 292277024626d)"),
      ("sum_over_time((", ")[\(pick(Self.numbers)):\(pick(Self.numbers))])"),
      ("label_replace(", ", \"job\", \"$1$1$1$1$1$1$1$1\", \"job\", \"(.*)\")"),
      ("label_join(", ", \"job\", \"-\", \"job\", \"job\", \"job\", \"job\")"),
      ("a[", "]"), ("{", "}"), ("topk(", ", a)"), ("scalar(vector(", "))"), ("a[(", ")]"),
      ("(a and on () ", ")"), ("sort(", ")"), ("a * on (instance) group_left () (", ")"),
      ("a{job=~\"", "\"}"), ("info(", ")"), ("histogram_quantile(0.5, ", ")"),
    ]
    let form = forms[roll(forms.count)]
    let depth = pick([2, 3, 5, 8, 20, 60, 120, 130, 250, 260, 1000, 5000])
    let inner = roll(3) == 0 ? pick(corpus) : pick(Self.names)
    return String(repeating: form.0, count: depth) + inner + String(repeating: form.1, count: depth)
  }

  // MARK: - Times

  /// An instant, in most cases one with samples.
  mutating func time() -> Timestamp {
    Timestamp(
      rawValue: pick([
        0, 60_000, 300_000, 300_001, 599_999, -1, -300_000, 4_102_444_800_000, 1 << 52, -(1 << 52),
        .max, .min, 1 << 60, -(1 << 60), .max - 1,
      ]))
  }

  /// A step in milliseconds.
  mutating func step() -> Int64 {
    pick([15_000, 60_000, 1, 7, 997, 3_600_000, 1 << 40, .max, .max - 1, 0, -1, 1 << 60])
  }

  // MARK: - Chance

  private mutating func roll(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state &* 0x2545_f491_4f6c_dd1d) >> 33) % max(1, count)
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[roll(elements.count)]
  }

  private static let functions =
    QueryEngine.functionNames + AggregationOperator.allCases.map(\.rawValue)
  private static let operators =
    BinaryOperator.allCases.map(\.rawValue) + [
      "== bool", "+ on (job)", "* ignoring (le, instance)", "/ on (instance) group_left (job)",
      "- on (job) group_right ()", "+ fill (0)", "> fill_left (1)", "and on ()",
      "unless ignoring ()",
      "or on (job)", "offset", "@", "[5m]", "[5m:1m]", "by (job)", "without (le)",
    ]
  private static let names = [
    "a", "b_total", "c_bucket", "http_requests", "{__name__=~\".+\"}", "nothing",
    "{\"a\", job!=\"x\"}",
  ]
  private static let numbers = [
    "0", "1", "-1", "0.5", "1e9", "1e18", "1e19", "1e308", "1e309", "-1e309", "9223372036854775807",
    "9223372036854775808", "18446744073709551616", "0x7fffffffffffffff", "0xffffffffffffffff",
    "0b1", "0o17", "1_000", "NaN", "Inf", "5m", "1ms", "1y", "292277024626y",
    "99999999999999999999d",
    "1h30m", "0s", "30s", "5e-324", "00", "1e-9", "0.001", "2147483648",
  ]
  private static let vocabulary =
    functions + operators + names + numbers + [
      "(", ")", "{", "}", "[", "]", ",", ":", "\"", "'", "`", "\\", "#", "=", "=~", "!~", "{{",
      "}}",
      "start()", "end()", "step()", "range()", "min_of(", "max_of(", "anchored", "smoothed", "bool",
      "on", "ignoring", "group_left", "by", "without", "offset", "\u{0}", "é", "\u{1F600}", "\"a\"",
      "\"\\x", "\"\\u{", "'\\''", "fill", "@ start()", "@ -1e300", "offset -1e300",
    ]
}
