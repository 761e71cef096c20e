import MetricModel
import TestSupport
import Testing

@testable import TextTemplates

private func set(_ limits: TemplateLimits = TemplateLimits()) -> TemplateSet {
  TemplateSet(functions: StandardFunctions.notifications(), limits: limits)
}

@Test func laterDefinitionsWinUnlessTheyAreEmpty() throws {
  var set = set()
  try set.add("{{ define \"a\" }}one{{ end }}{{ define \"b\" }}one{{ end }}", name: "1.tmpl")
  try set.add("{{ define \"a\" }}two{{ end }}{{ define \"b\" }} {{ end }}", name: "2.tmpl")
  let template = try set.template("{{ template \"a\" }}{{ template \"b\" }}", name: "t")
  #expect(try template.render(.null, now: instant) == "twoone")
  #expect(set.names.contains("a"))
  #expect(set.names.contains("1.tmpl"))
}

@Test func missingLabelsPrintNothing() throws {
  let labels = TemplateValue.strings(["a": "1"])
  let template = try set().template("[{{ .b }}]{{ if .b }}x{{ end }}", name: "t")
  #expect(try template.render(labels, now: instant) == "[]")
  let mixed = TemplateValue.map(["a": .int(1)])
  #expect(try template.render(mixed, now: instant) == "[<no value>]")
}

@Test func queriesAreAskedOnceAndInOrder() async throws {
  let rules = TemplateSet(functions: StandardFunctions.rules())
  let text =
    "{{ range query \"a\" }}{{ query (printf \"b%s\" .Labels.i) | first | value }};{{ end }}"
    + "{{ query \"a\" | len }}"
  let template = try rules.template(text, name: "t")
  var asked: [String] = []
  let result = try await template.render(.null, now: instant) { expression in
    asked.append(expression)
    return expression == "a"
      ? .samples([(Labels(["i": "1"]), 1), (Labels(["i": "2"]), 2)])
      : .samples([(Labels([:]), Double(expression.dropFirst()) ?? 0)])
  }
  #expect(result == "1;2;2")
  #expect(asked == ["a", "b1", "b2"])
}

@Test func queriesInsideNamedTemplatesWork() async throws {
  let rules = TemplateSet(functions: StandardFunctions.rules())
  let text =
    "{{ define \"x\" }}{{ query . | len }}{{ end }}{{ template \"x\" \"q\" }}{{ tmpl \"x\" \"r\" }}"
  let template = try rules.template(text, name: "t")
  let result = try await template.render(.null, now: instant) { _ in .list([]) }
  #expect(result == "00")
}

@Test func failedQueriesFailTheTemplate() async throws {
  struct Down: Error, CustomStringConvertible { let description = "store is down" }
  let template = try TemplateSet(functions: StandardFunctions.rules())
    .template("{{ query \"a\" }}", name: "t")
  let error = await #expect(throws: TemplateError.self) {
    try await template.render(.null, now: instant) { _ in throw Down() }
  }
  #expect(error?.description == "template t:1:4: error calling query: store is down")
  let other = #expect(throws: TemplateError.self) { try template.render(.null, now: instant) }
  #expect(other?.message == "query \"a\": queries cannot be made here")
}

@Test(arguments: [
  (
    "{{ $x := \"aaaaaaaaaaaaaaaa\" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}",
    "print makes a text larger than 65536 bytes"
  ),
  (
    "{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
    "the output is larger than 65536 bytes"
  ),
  (
    "{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ printf \"%d\" $x }}",
    "printf makes a text larger than 65536 bytes"
  ),
  (
    "{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}",
    "toJson makes a text larger than 65536 bytes"
  ),
  ("{{ range 9000 }}0123456789{{ end }}", "the output is larger than 65536 bytes"),
  ("{{ range 9999 }}{{ range 9999 }}{{ end }}{{ end }}", "more than 10000 steps"),
  ("{{ range 999999999999 }}{{ end }}", "more than 10000 steps"),
  (
    "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
    "templates call each other deeper than 64 levels"
  ),
  (
    "{{ printf \"%99999999d%99999999d%99999999d%99999999d%99999999d%99999999d%99999999d\" 1 2 3 4 5 6 7 }}",
    "printf makes a text larger than 65536 bytes"
  ),
])
func limitsHold(text: String, expected: String) throws {
  let limits = TemplateLimits(outputBytes: 65_536, steps: 10_000)
  let template = try set(limits).template(text, name: "t")
  let error = #expect(throws: TemplateError.self) { try template.render(.null, now: instant) }
  #expect(error?.message == expected)
}

@Test(arguments: ["{{ if 1 }}", "{{ (", "(", "{{ with 1 }}{{ range 1 }}"])
func deepNestingIsRefused(unit: String) {
  let inner = unit == "(" ? "{{ " : ""
  let text = inner + String(repeating: unit, count: 50_000)
  #expect(throws: TemplateError.self) { try set().template(text, name: "t") }
}

@Test func constantTextsAreKnown() throws {
  #expect(try set().template("a", name: "t").isConstant)
  #expect(try !set().template("a{{ 1 }}", name: "t").isConstant)
}

@Test func randomEditsNeverCrash() {
  let good = """
    {{ define "x" }}{{ range $i, $a := .Alerts -}} {{ $i }}: {{ $a.Status | toUpper | printf "%-5s|%q" }}
    {{- if and (eq $a.Status "firing") (gt (len $.Alerts) 0) }}<a href="{{ .GeneratorURL }}">{{ else if .EndsAt.IsZero }}
    {{ with index .Labels "job" }}{{ . }}{{ else }}none{{ end }}{{ end }}{{ end }}{{ end }}
    {{ template "x" . }}{{/* comment */}}{{ $x := 1.5e3 }}{{ $x = 'a' }}{{ printf "%[2]*[1]d %6.2f" 12 6 2.5 }}
    {{ .CommonLabels.SortedPairs.Values | join ", " }} {{ slice "abc" 1 2 }} {{ `raw` }} {{ now | date "2006-01-02" }}
    """
  var random = RepeatableRandom(seed: 7)
  let alphabet = Array("{}()|.$\"'`-:=,%0x9 \n/*aé\\".unicodeScalars)
  let set = set(TemplateLimits(outputBytes: 10_000, steps: 5_000))
  for round in 0..<4_000 {
    var scalars = Array(good.unicodeScalars)
    for _ in 0..<Int.random(in: 1...5, using: &random) where !scalars.isEmpty {
      let index = Int.random(in: 0..<scalars.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.remove(at: index)
      case 1: scalars.insert(alphabet.randomElement(using: &random) ?? "a", at: index)
      case 2: scalars[index] = alphabet.randomElement(using: &random) ?? "a"
      default: scalars.removeSubrange(index..<min(index + 12, scalars.count))
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    _ = try? set.template(String(text), name: "t").render(
      notification, format: round.isMultiple(of: 2) ? .html : .text, now: instant)
  }
}
