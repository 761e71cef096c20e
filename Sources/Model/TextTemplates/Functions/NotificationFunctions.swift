import Codecs
import MetricModel

/// The functions that only notification templates have, as in Alertmanager.
enum NotificationFunctions {
  static let all: [String: TemplateFunction] = texts.merging(times) { $1 }.merging(lists) { $1 }

  private static let texts: [String: TemplateFunction] = [
    "title": TextFunctions.text(TextFunctions.capitalized),
    "trimSpace": TextFunctions.text { text in
      let head = text.drop { $0.isWhitespace }
      guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
      return String(head[...last])
    },
    "join": TemplateFunction(2) { call throws(TemplateFault) in
      .string(try call.strings(1).joined(separator: try call.string(0)))
    },
    "safeUrl": TemplateFunction(1) { call throws(TemplateFault) in .url(try call.string(0)) },
    "urlUnescape": TemplateFunction(1) { call throws(TemplateFault) in
      guard let text = PercentEncoding.decode(try call.string(0)[...], plusIsSpace: true) else {
        throw TemplateFault("invalid URL escape")
      }
      return .string(text)
    },
    "base64encode": TextFunctions.text { Base64.encode(Array($0.utf8), alphabet: .url) },
    "base64decode": TemplateFunction(1) { call throws(TemplateFault) in
      guard let bytes = Base64.decode(try call.string(0), alphabet: .url) else {
        throw TemplateFault("illegal base64 data")
      }
      return .string(String(decoding: bytes, as: UTF8.self))
    },
    "toJson": TemplateFunction(1) { call in .string(TemplateJSON.text(of: call[0])) },
    // A notification replaces this one by the labels of its route.
    "routeLabels": TemplateFunction(1) { call throws(TemplateFault) in
      _ = try call.string(0)
      return .string("")
    },
  ]

  private static let times: [String: TemplateFunction] = [
    "now": TemplateFunction(0) { call in .object(TemplateTime(call.now)) },
    "since": TemplateFunction(1) { call throws(TemplateFault) in
      let start = try time(call, 0).instant
      return .object(TemplateDuration(milliseconds: call.now.milliseconds(since: start)))
    },
    "date": TemplateFunction(2) { call throws(TemplateFault) in
      .string(GoTimeLayout.format(try time(call, 1), layout: try call.string(0)))
    },
    "toDate": TemplateFunction(2) { call throws(TemplateFault) in
      let layout = try call.string(0)
      return .object(GoTimeParser.parse(try call.string(1), layout: layout) ?? .zero)
    },
    "mustToDate": TemplateFunction(2) { call throws(TemplateFault) in
      let layout = try call.string(0)
      let text = try call.string(1)
      guard let time = GoTimeParser.parse(text, layout: layout) else {
        throw TemplateFault(
          "\(GoQuoting.quoted(text)) is no time of the form \(GoQuoting.quoted(layout))")
      }
      return .object(time)
    },
  ]

  private static let lists: [String: TemplateFunction] = [
    "stringSlice": TemplateFunction(0...Int.max) { call throws(TemplateFault) in
      for index in call.arguments.indices { _ = try call.string(index) }
      return .list(call.arguments)
    },
    "list": TemplateFunction(0...Int.max) { call in .list(call.arguments) },
    "append": TemplateFunction(1...Int.max) { call throws(TemplateFault) in
      .list(try call.list(0) + call.arguments.dropFirst())
    },
    "dict": TemplateFunction(0...Int.max) { call throws(TemplateFault) in
      guard call.arguments.count.isMultiple(of: 2) else {
        throw TemplateFault("dict requires an even number of arguments")
      }
      var map: [String: TemplateValue] = [:]
      for index in stride(from: 0, to: call.arguments.count, by: 2) {
        guard let key = call[index].text else { throw TemplateFault("dict keys must be strings") }
        map[key] = call[index + 1]
      }
      return .map(map)
    },
  ]

  /// An argument that must be a time.
  static func time(_ call: TemplateCall, _ index: Int) throws(TemplateFault) -> TemplateTime {
    guard case .object(let time as TemplateTime) = call[index] else {
      throw call.wrongType(index, "time.Time")
    }
    return time
  }
}
