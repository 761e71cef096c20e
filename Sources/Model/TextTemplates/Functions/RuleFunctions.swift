import Codecs
import MetricModel

/// The functions that only rule templates have, as in Prometheus.
enum RuleFunctions {
  static let all: [String: TemplateFunction] = querying.merging(humanizing) { $1 }
    .merging(composing) { $1 }

  private static let querying: [String: TemplateFunction] = [
    "query": TemplateFunction(1) { call throws(TemplateFault) in
      try call.query(try call.string(0))
    },
    "first": TemplateFunction(1) { call throws(TemplateFault) in
      guard let first = try call.list(0).first else {
        throw TemplateFault("first() called on vector with no elements")
      }
      return first
    },
    "label": TemplateFunction(2) { call throws(TemplateFault) in
      .string(try sample(call, 1).labels[try call.string(0)] ?? "")
    },
    "value": TemplateFunction(1) { call throws(TemplateFault) in
      .number(try sample(call, 0).value)
    },
    "strvalue": TemplateFunction(1) { call throws(TemplateFault) in
      .string(try sample(call, 0).labels["__value__"] ?? "")
    },
    "sortByLabel": TemplateFunction(2) { call throws(TemplateFault) in
      let name = try call.string(0)
      var keyed: [(key: String, value: TemplateValue)] = []
      for item in try call.list(1) {
        guard case .object(let sample as TemplateSample) = item else {
          throw call.wrongType(1, "a query result")
        }
        keyed.append((sample.labels[name] ?? "", item))
      }
      return .list(keyed.sorted { Comparison.isOrdered($0.key, $1.key) }.map(\.value))
    },
  ]

  private static let humanizing: [String: TemplateFunction] = [
    "humanize": TextFunctions.number { .string(Humanizing.number($0)) },
    "humanize1024": TextFunctions.number { .string(Humanizing.number1024($0)) },
    "humanizePercentage": TextFunctions.number { .string(Humanizing.percentage($0)) },
    "humanizeTimestamp": TextFunctions.number { value throws(TemplateFault) in
      .string(try Humanizing.timestamp(value))
    },
    "toTime": TextFunctions.number { value throws(TemplateFault) in
      .object(try Humanizing.time(value))
    },
    "toDuration": TextFunctions.number { value throws(TemplateFault) in
      guard let nanoseconds = Int64(exactly: (value * 1e9).rounded(.towardZero)) else {
        throw TemplateFault("the duration does not fit")
      }
      return .object(TemplateDuration(nanoseconds: nanoseconds))
    },
    "parseDuration": TemplateFunction(1) { call throws(TemplateFault) in
      let text = try call.string(0)
      let isNegative = text.hasPrefix("-")
      guard let duration = PrometheusDuration(isNegative ? String(text.dropFirst()) : text) else {
        throw TemplateFault("not a valid duration string: \(GoQuoting.quoted(text))")
      }
      return .number(isNegative ? -duration.seconds : duration.seconds)
    },
    "now": TemplateFunction(0) { call in .number(call.now.seconds) },
  ]

  private static let composing: [String: TemplateFunction] = [
    "args": TemplateFunction(0...Int.max) { call in
      .map(
        Dictionary(call.arguments.enumerated().map { ("arg\($0.offset)", $0.element) }) { $1 })
    },
    "tmpl": TemplateFunction(2) { call throws(TemplateFault) in
      .html(try call.render(template: try call.string(0), data: call[1]))
    },
    "title": TextFunctions.text(TextFunctions.titled),
    "stripPort": TextFunctions.text(HostText.withoutPort),
    "stripDomain": TextFunctions.text(HostText.withoutDomain),
    "urlQueryEscape": TextFunctions.text(PercentEncoding.query),
    "graphLink": TextFunctions.text {
      "/graph?g0.expr=\(PercentEncoding.query($0))&g0.tab=0"
    },
    "tableLink": TextFunctions.text {
      "/graph?g0.expr=\(PercentEncoding.query($0))&g0.tab=1"
    },
  ]

  private static func sample(
    _ call: TemplateCall, _ index: Int
  ) throws(TemplateFault) -> TemplateSample {
    guard case .object(let sample as TemplateSample) = call[index] else {
      throw call.wrongType(index, "an element of a query result")
    }
    return sample
  }
}
