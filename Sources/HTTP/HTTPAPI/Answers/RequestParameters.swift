import MetricModel
import PromQLEngine
import PromQLSyntax
import StorageAPI
import WebServer

/// Reads the parameters that the endpoints of the Prometheus API share.
struct RequestParameters {
  private static let needsMatcher = "must contain at least one non-empty matcher"
  private let form: QueryParameters

  init(_ request: HTTPRequest) { form = request.form }

  /// The value of a parameter; `nil` if it is missing or empty.
  subscript(name: String) -> String? {
    form[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// All values of `name` and of `name[]`: Grafana sends either.
  func list(_ name: String) -> [String] { form.values(name + "[]") + form.values(name) }

  /// Whether a flag is set to true.
  func flag(_ name: String) throws(APIError) -> Bool {
    switch self[name] {
    case nil, "false", "0", "f", "F", "FALSE", "False": return false
    case "true", "1", "t", "T", "TRUE", "True": return true
    case let text?: throw .invalidParameter(name, "\"\(text)\" is neither true nor false")
    }
  }

  /// An instant: seconds since the epoch, with fraction, or RFC 3339.
  func instant(_ name: String, default fallback: Timestamp?) throws(APIError) -> Timestamp {
    let text = form[name] ?? ""
    if text.isEmpty, let fallback { return fallback }
    // Prometheus' own client sends these for the minimum and the maximum time.
    if text == "-292273086-05-16T16:47:06Z" { return .distantPast }
    if text == "292277025-08-18T07:12:54.999999999Z" { return .distantFuture }
    if let seconds = Double(text), seconds.isFinite { return Timestamp(seconds: seconds) }
    if let time = Timestamp(rfc3339: text) { return time }
    let reason = "cannot parse \"\(text)\" to a valid timestamp"
    throw .invalidParameter(
      name, fallback == nil ? reason : "invalid time value for '\(name)': " + reason)
  }

  /// A duration in milliseconds, from seconds with a fraction or a text such as `1h30m`; `nil` if
  /// it is missing.
  func duration(_ name: String) throws(APIError) -> Int64? {
    guard let text = self[name] else { return nil }
    if let seconds = Double(text) {
      let milliseconds = (seconds * 1000).rounded()
      guard milliseconds.magnitude < 9e15 else {
        throw .invalidParameter(
          name, "cannot parse \"\(text)\" to a valid duration. It overflows int64")
      }
      return Int64(milliseconds)
    }
    guard let duration = PrometheusDuration(text) else {
      throw .invalidParameter(name, "cannot parse \"\(text)\" to a valid duration")
    }
    return duration.rawValue
  }

  /// The limit of results; `nil` for none, which is what 0 means.
  func limit() throws(APIError) -> Int? {
    guard let text = self["limit"] else { return nil }
    guard let limit = Int(text) else {
      throw .invalidParameter("limit", Self.notANumber(text, "strconv.Atoi"))
    }
    guard limit >= 0 else { throw .invalidParameter("limit", "limit must be non-negative") }
    return limit == 0 ? nil : limit
  }

  /// The limit of rule groups; `nil` for none.
  func groupLimit() throws(APIError) -> Int? {
    let name = "group_limit"
    guard let text = self[name] else { return nil }
    guard let limit = Int32(text) else {
      let reason = Self.notANumber(text, "strconv.ParseInt")
      throw .invalidParameter(name, "group_limit needs to be a valid number: \(reason)")
    }
    guard limit > 0 else {
      throw .invalidParameter(name, "group_limit needs to be greater than 0")
    }
    return Int(limit)
  }

  /// The text of Go's parser, which Prometheus passes on.
  private static func notANumber(_ text: String, _ function: String) -> String {
    let digits = text.drop { $0 == "+" || $0 == "-" }
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    return "\(function): parsing \"\(text)\": "
      + (isNumber ? "value out of range" : "invalid syntax")
  }

  /// The limit of metadata entries; `nil` for none, which is what a negative number means.
  func metadataLimit(_ name: String = "limit") throws(APIError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let limit = Int(text) else { throw APIError(.badData, "\(name) must be a number") }
    return limit < 0 ? nil : limit
  }

  /// The limit of entries in each list of the store's status.
  func statusLimit() throws(APIError) -> Int {
    guard let text = self["limit"] else { return 10 }
    guard let limit = Int(text), limit >= 1 else {
      throw APIError(.badData, "limit must be a positive number")
    }
    guard limit <= 10_000 else { throw APIError(.badData, "limit must not exceed 10000") }
    return limit
  }

  /// The expression in `query`.
  func expression(_ name: String = "query") throws(APIError) -> Expression {
    do {
      return try QueryEngine.parse(form[name] ?? "")
    } catch {
      throw .invalidParameter(name, String(describing: error))
    }
  }

  /// The selections of `match[]`, each over `start` to `end`.
  func selections() throws(APIError) -> [SeriesSelection] {
    let from = try instant("start", default: .distantPast)
    let through = try instant("end", default: .distantFuture)
    var selections: [SeriesSelection] = []
    for matchers in try matcherSets() {
      selections.append(SeriesSelection(matchers: matchers, from: from, through: through))
    }
    return selections
  }

  /// The matchers of one selector, which may match everything; empty if it is missing.
  func matchers(_ name: String) throws(APIError) -> [LabelMatcher] {
    guard let text = self[name], text != "{}" else { return [] }
    do {
      return try PromQLParser.parseSelector(text).allMatchers
    } catch {
      throw .invalidParameter(name, String(describing: error))
    }
  }

  /// The selections of `match[]`; without any, all series of a range of time if one is given.
  func selectionsOrRange() throws(APIError) -> [SeriesSelection] {
    let from = try instant("start", default: .distantPast)
    let through = try instant("end", default: .distantFuture)
    var sets = try matcherSets(namesParameter: false)
    if sets.isEmpty, self["start"] != nil || self["end"] != nil { sets = [[]] }
    return sets.map { SeriesSelection(matchers: $0, from: from, through: through) }
  }

  /// The matchers of each `match[]`. Some endpoints of Prometheus name the parameter in their
  /// errors, others do not.
  func matcherSets(namesParameter: Bool = true) throws(APIError) -> [[LabelMatcher]] {
    func refusal(_ reason: String) -> APIError {
      namesParameter ? .invalidParameter("match[]", reason) : APIError(.badData, reason)
    }
    var sets: [[LabelMatcher]] = []
    for text in list("match") {
      let matchers: [LabelMatcher]
      do {
        matchers = try PromQLParser.parseSelector(text).allMatchers
      } catch {
        throw refusal(String(describing: error))
      }
      guard matchers.contains(where: { !$0.matchesEmpty }) else {
        throw refusal("match[] " + Self.needsMatcher)
      }
      sets.append(matchers)
    }
    return sets
  }
}
