import Foundation
import MetricModel
import Testing

@testable import TextTemplates

/// A template and its output. The outputs are those of Debian's amtool and promtool, except that
/// `%2F` is in capitals, harmful values are replaced by the sign, comments stay, and label sets
/// print as in newer versions.
struct Golden: CustomTestStringConvertible, Sendable {
  let template: String
  let output: String
  var testDescription: String { template }

  static func cases(_ name: String) -> [Golden] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = folder.appendingPathComponent("Golden/\(name).json")
    guard let data = try? Data(contentsOf: file),
      let rows = try? JSONDecoder().decode([[String]].self, from: data)
    else { return [] }
    return rows.map { Golden(template: $0[0], output: $0[1]) }
  }
}

/// The data of a notification about two alerts.
let notification: TemplateValue = {
  func alert(_ status: String, job: String, summary: String?, end: String?, link: String)
    -> TemplateValue
  {
    let fraction = status == "firing" ? ".5" : ""
    let start = Timestamp(rfc3339: "2026-11-21T08:00:00\(fraction)Z") ?? .distantPast
    let ending = end.flatMap { Timestamp(rfc3339: $0) }.map { TemplateTime($0) } ?? .zero
    return .object(
      TemplateRecord(
        "template.Alert",
        [
          ("Status", .string(status)),
          ("Labels", .object(TemplateLabels(["alertname": "Up", "job": job]))),
          ("Annotations", .object(TemplateLabels(summary.map { ["summary": $0] } ?? [:]))),
          ("StartsAt", .object(TemplateTime(start))), ("EndsAt", .object(ending)),
          ("GeneratorURL", .string(link)),
        ]))
  }
  let alerts = AlertList(alerts: [
    alert("firing", job: "a<b", summary: "it's <down>", end: nil, link: "http://x/?a=1&b=2"),
    alert(
      "resolved", job: "c", summary: nil, end: "2026-11-21T09:30:00Z", link: "javascript:alert(1)"),
  ])
  let common = TemplateLabels(["alertname": "Up", "severity": "page", "cluster": "x"])
  return .object(
    TemplateRecord(
      "template.Data",
      [
        ("Status", .string("firing")), ("Receiver", .string("team")), ("Alerts", .object(alerts)),
        ("ExternalURL", .string("http://am:9093")), ("CommonLabels", .object(common)),
      ]))
}()

/// A list with methods.
struct AlertList: TemplateObject {
  let alerts: [TemplateValue]
  var typeName: String { "template.Alerts" }
  var printed: String { TemplateValue.list(alerts).printed }
  var content: TemplateValue? { .list(alerts) }

  func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    guard method == "Firing" || method == "Resolved" else { return nil }
    return .list(
      alerts.filter { alert in
        guard case .object(let object) = alert else { return false }
        return object.field("Status")?.text == method.lowercased()
      })
  }
}

let instant = Timestamp(rawValue: 1_000_000_025_000)

func renderNotification(
  _ text: String, _ format: Template.Format = .text
) throws -> String {
  try TemplateSet(functions: StandardFunctions.notifications())
    .template(text, name: "t").render(notification, format: format, now: instant)
}

/// Renders a rule's template: `$value` is 2, the query `m` has three elements, any other query
/// none.
func renderRule(_ text: String) async throws -> String {
  let labels = TemplateValue.strings(["__name__": "m", "i": "b"])
  let external = TemplateValue.strings(["e": "E"])
  let url = "http://h:1/p?q"
  let template = try TemplateSet(functions: StandardFunctions.rules(externalURL: url)).template(
    text, name: "A", variables: ["$labels", "$externalLabels", "$externalURL", "$value"])
  let data = TemplateRecord(
    "rule",
    [
      ("Labels", labels), ("ExternalLabels", external), ("ExternalURL", .string(url)),
      ("Value", .number(2)),
    ])
  return try await template.render(
    .object(data),
    variables: [
      "$labels": labels, "$externalLabels": external, "$externalURL": .string(url),
      "$value": .number(2),
    ], now: instant
  ) { expression in
    guard expression == "m" else { return .list([]) }
    return .samples([("b", 2.0), ("a", 1), ("c", 1500)].map { (Labels(["i": $0.0]), $0.1) })
  }
}

@Test(arguments: Golden.cases("notifications"))
func rendersAsAmtool(golden: Golden) throws {
  #expect(try renderNotification(golden.template) == golden.output)
}

@Test(arguments: Golden.cases("html"))
func escapesAsAmtool(golden: Golden) throws {
  #expect(try renderNotification(golden.template, .html) == golden.output)
}

@Test(arguments: Golden.cases("rules"))
func rendersAsPromtool(golden: Golden) async throws {
  #expect(try await renderRule(golden.template) == golden.output)
}

@Test func goldenFilesAreThere() {
  #expect(Golden.cases("notifications").count > 60)
  #expect(Golden.cases("html").count > 25)
  #expect(Golden.cases("rules").count > 15)
}
