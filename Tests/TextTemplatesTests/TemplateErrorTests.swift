import MetricModel
import Testing

@testable import TextTemplates

@Test(arguments: [
  ("{{if 1}}", "1:1: {{if}} has no {{end}}"),
  ("a\n  {{range .}}x{{else}}", "2:3: {{range}} has no {{end}}"),
  ("{{end}}", "1:1: unexpected {{end}}: no block is open"),
  ("{{else}}", "1:1: unexpected {{else}}: no block is open"),
  ("{{if 1}}{{else}}{{else}}{{end}}", "1:17: {{if}} has two {{else}}"),
  ("{{break}}", "1:1: {{break}} outside of {{range}}"),
  ("ü {{1", "1:3: unclosed action: \"}}\" is missing"),
  ("{{\n\"a}}", "2:1: a quoted text does not end"),
  ("{{ 'ab' }}", "1:4: a character in quotes must be a single one"),
  ("{{ 08 }}", "1:4: \"08\" is not a number"),
  ("{{ 1.2.3 }}", "1:4: \"1.2.3\" is not a number"),
  ("{{ \"\\q\" }}", "1:4: a quoted text has an escape that does not exist"),
  ("{{/* a }}", "1:1: unclosed comment: \"*/\" is missing"),
  ("{{/* a */ 1}}", "1:1: a comment must end with \"*/}}\""),
  ("{{ # }}", "1:4: unexpected \"#\" in an action"),
  ("{{ $x }}", "1:4: variable \"$x\" is not defined"),
  ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", "1:39: variable \"$x\" is not defined"),
  ("{{ $x = 1 }}", "1:4: variable \"$x\" is not defined"),
  ("{{ humanise 1 }}", "1:4: function \"humanise\" is not defined; did you mean \"humanize\"?"),
  ("{{ toupper 1 }}", "1:4: function \"toupper\" is not defined; did you mean \"toUpper\"?"),
  ("{{ frobnicate }}", "1:4: function \"frobnicate\" is not defined"),
  ("{{ 1 2 }}", "1:4: arguments given to something that is no function"),
  ("{{ \"a\" | \"b\" }}", "1:10: a pipe must lead into a function"),
  ("{{ nil }}", "1:4: nil is no value to print"),
  ("{{ }}", "1:4: a value is missing before }}"),
  ("{{ (1 }}", "1:4: \")\" is missing"),
  ("{{ \"a\".b }}", "1:7: unexpected \".b\" after a constant"),
  ("{{ len.x }}", "1:7: unexpected \".x\" after len; put the call in parentheses"),
  ("{{ print \"a\"\"b\" }}", "1:13: a blank is missing before \"b\""),
  ("{{ define x }}{{ end }}", "1:11: {{define}} needs the name of a template in quotes, not \"x\""),
  ("{{ if 1 }}{{ define \"x\" }}{{ end }}{{ end }}", "1:11: unexpected {{define}} inside a block"),
  ("{{ $a, $b := 1 }}", "1:6: too many variables"),
  ("{{ if if }}{{ end }}", "1:7: unexpected \"if\" in an action"),
  ("{{ template \"x\" }}{{ define \"x\" }}", "1:19: {{define \"x\"}} has no {{end}}"),
])
func syntaxErrorsHaveTheirPosition(text: String, expected: String) {
  let set = TemplateSet(functions: StandardFunctions.rules())
  let error = #expect(throws: TemplateError.self) { try set.template(text, name: "t") }
  #expect(error?.description == "template t:\(expected)")
}

@Test(arguments: [
  ("{{ eq 1 1.0 }}", "error calling eq: incompatible types for comparison: int and float64"),
  ("{{ lt true false }}", "error calling lt: invalid type for comparison: bool"),
  ("{{ len }}", "wrong number of arguments for len: want 1, got 0"),
  ("{{ len 1 }}", "error calling len: len of type int"),
  ("{{ index (stringSlice \"a\") 5 }}", "error calling index: index out of range: 5"),
  ("{{ template \"none\" }}", "template \"none\" is not defined"),
  ("{{ range true }}{{ end }}", "range cannot walk over bool"),
  ("{{ .NoSuch }}", "can't evaluate field NoSuch in type template.Data"),
  ("{{ .Status.Foo }}", "can't evaluate field Foo in type string"),
  ("{{ .Status \"a\" }}", "Status is not a method but has arguments"),
  ("{{ .CommonLabels.Remove }}", "error calling Remove: wrong number of arguments: want 1, got 0"),
  ("{{ toUpper 1 }}", "error calling toUpper: wrong type for argument 1; expected string, got int"),
  (
    "{{ match \"(\" \"\" }}",
    "error calling match: invalid regular expression \"(\": missing ): ("
  ),
  (
    "{{ join \",\" (list 1) }}",
    "error calling join: wrong type for argument 2; expected []string, got []interface {}"
  ),
  ("{{ dict \"a\" }}", "error calling dict: dict requires an even number of arguments"),
  ("{{ tz \"Mars\" now }}", "error calling tz: unknown time zone Mars"),
  (
    "{{ mustToDate \"2006\" \"x\" }}",
    "error calling mustToDate: \"x\" is no time of the form \"2006\""
  ),
  ("{{ base64decode \"*\" }}", "error calling base64decode: illegal base64 data"),
  ("{{ urlUnescape \"%z\" }}", "error calling urlUnescape: invalid URL escape"),
])
func failuresSayWhatIsWrong(text: String, expected: String) {
  let error = #expect(throws: TemplateError.self) { try renderNotification(text) }
  #expect(error?.message == expected)
}

@Test(arguments: [
  (
    "{{ first (query \"none\") }}", "error calling first: first() called on vector with no elements"
  ),
  ("{{ humanize \"abc\" }}", "error calling humanize: \"abc\" is not a number"),
  ("{{ humanize true }}", "error calling humanize: can't convert bool to a number"),
  ("{{ parseDuration \"x\" }}", "error calling parseDuration: not a valid duration string: \"x\""),
  (
    "{{ label \"x\" 5 }}",
    "error calling label: wrong type for argument 2; expected an element of a query result, got int"
  ),
  ("{{ humanizeTimestamp 1e300 }}", "error calling humanizeTimestamp: 1e+300 is no time"),
  ("{{ toDuration 1e300 }}", "error calling toDuration: the duration does not fit"),
  ("{{ toDuration \"NaN\" }}", "error calling toDuration: the duration does not fit"),
])
func ruleFailuresSayWhatIsWrong(text: String, expected: String) async {
  let error = await #expect(throws: TemplateError.self) { try await renderRule(text) }
  #expect(error?.message == expected)
}

@Test func errorsNameTheFileThatDefinesTheTemplate() throws {
  var set = TemplateSet(functions: StandardFunctions.notifications())
  try set.add("{{ define \"title\" }}\n{{ len 1 }}{{ end }}", name: "slack.tmpl")
  let template = try set.template("{{ template \"title\" . }}", name: "receiver")
  let error = #expect(throws: TemplateError.self) { try template.render(.null, now: instant) }
  #expect(error?.description == "template slack.tmpl:2:4: error calling len: len of type int")
}
