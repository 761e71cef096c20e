import PromQLSyntax
import Testing

@testable import PromQLEngine

/// Texts that are not valid queries, with Prometheus 3.14's message and place.
struct LanguageErrorTests {
  @Test(arguments: [
    ("", "unknown position: no expression found in input"),
    ("  # nothing here\n", "1:1: no expression found in input"),
    ("up &", "1:4: unexpected character: '&'"),
    ("up | down", "1:4: unexpected character: '|'"),
    ("load;", "1:5: unexpected character: ';'"),
    ("naïve", "1:3: unexpected character: 'ï'"),
    ("up ☺", "1:4: unexpected character: '☺'"),
    ("~up", "1:1: unexpected character: '~'"),
    ("up ?", "1:4: unexpected character: '?'"),
    (".", "1:1: unexpected character: '.'"),
    ("..5", "1:1: unexpected character: '.'"),
    ("up !", "1:4: unexpected character after '!': '\u{fffd}'"),
    ("up !~ \"x\"", "1:4: unexpected character after '!': '~'"),
    ("up =~ \"x\"", "1:4: unexpected character after '=': '~'"),
    ("up ! = 1", "1:4: unexpected character after '!': ' '"),
    ("up = 1", "1:4: unexpected \"=\""),
    ("\"open", "1:1: unterminated quoted string"),
    ("'open\nup", "1:1: unterminated quoted string"),
    ("`open", "1:1: unterminated raw string"),
    ("\"a\\q\"", "1:1: unknown escape sequence U+0071 'q'"),
    ("\"\\", "1:1: escape sequence not terminated"),
    ("\"\\x4g\"", "1:1: illegal character U+0067 'g' in escape sequence"),
    ("\"\\u00\"", "1:1: illegal character U+0022 '\"' in escape sequence"),
    ("\"\\400\"", "1:1: escape sequence is an invalid Unicode code point"),
    ("\"\\udc00\"", "1:1: escape sequence is an invalid Unicode code point"),
    ("\"\\U00110000\"", "1:1: escape sequence is an invalid Unicode code point"),
    ("'\\\"'", "1:1: unknown escape sequence U+0022 '\"'"),
    ("\"bad \u{fffd}\"", "1:1: invalid UTF-8 rune"),
    ("`bad \u{fffd}`", "1:1: invalid UTF-8 rune"),
    ("}", "1:1: unexpected character: '}'"),
    ("up}", "1:3: unexpected character: '}'"),
    ("up)", "1:4: unexpected right parenthesis ')'"),
    ("(up", "1:4: unclosed left parenthesis"),
    ("((up)", "1:6: unclosed left parenthesis"),
    ("sum(up))", "1:9: unexpected right parenthesis ')'"),
    ("max(sum(up)", "1:12: unclosed left parenthesis"),
    ("rate(up[5m]", "1:12: unclosed left parenthesis"),
    ("[5m]", "1:1: unexpected \"[\""),
    ("up]", "1:3: unexpected right bracket ']'"),
    ("up[", "1:4: unexpected end of input in duration expression"),
    ("up[5m", "1:6: unclosed left bracket"),
    ("up[[5m]]", "1:4: unexpected character in duration expression: '['"),
    ("{", "1:2: unexpected end of input inside braces"),
    ("up{", "1:4: unexpected end of input inside braces"),
    ("up{job", "1:7: unexpected end of input inside braces"),
    ("up{job=\"a\"", "1:11: unexpected end of input inside braces"),
    ("up{{job=\"a\"}}", "1:4: unexpected left brace '{'"),
    ("up{job==\"a\"}", "1:8: unexpected \"=\" in label matching, expected string"),
    ("up{job=\"a\"(}", "1:11: unexpected character inside braces: '('"),
    ("up{4x=\"a\"}", "1:4: unexpected character inside braces: '4'"),
    ("up{a:b=\"c\"}", "1:5: unexpected character inside braces: ':'"),
    ("up{job!\"a\"}", "1:7: unexpected character after '!' inside braces: '\"'"),
    ("up{job ~ \"a\"}", "1:8: unexpected character inside braces: '~'"),
    ("up{#\n-}", "2:1: unexpected character inside braces: '-'"),
  ])
  func refusesTokens(text: String, message: String) { expectRefusal(text, message) }

  @Test(arguments: [
    ("1e", "1:1: bad number or duration syntax: \"1e\""),
    ("1e+", "1:1: bad number or duration syntax: \"1e+\""),
    ("0x", "1:1: error parsing number: strconv.ParseFloat: parsing \"0x\": invalid syntax"),
    ("0xg", "1:1: bad number or duration syntax: \"0x\""),
    ("0x1.8", "1:1: bad number or duration syntax: \"0x1.\""),
    ("1__0", "1:1: bad number or duration syntax: \"1__\""),
    ("1_", "1:1: bad number or duration syntax: \"1_\""),
    ("1.2.3", "1:1: bad number or duration syntax: \"1.2.\""),
    ("1e3e3", "1:1: bad number or duration syntax: \"1e3e\""),
    ("12abc", "1:1: bad number or duration syntax: \"12\""),
    ("3parsecs", "1:1: bad number or duration syntax: \"3\""),
    ("5mm", "1:1: bad number or duration syntax: \"5mm\""),
    ("1h1h", "1:1: not a valid duration string: \"1h1h\""),
    ("30s1m", "1:1: not a valid duration string: \"30s1m\""),
    ("1d2y", "1:1: bad number or duration syntax: \"1d2\""),
    ("4.5h", "1:1: unknown unit \".\" in duration \"4.5h\""),
    ("1ms500", "1:1: bad number or duration syntax: \"1ms500\""),
    ("300y", "1:1: duration out of range"),
    ("99999999999999999999d", "1:1: not a valid duration string: \"99999999999999999999d\""),
    (
      "1e400",
      "1:1: error parsing number: strconv.ParseFloat: parsing \"1e400\": value out of range"
    ),
    (
      "-2e999",
      "1:2: error parsing number: strconv.ParseFloat: parsing \"2e999\": value out of range"
    ),
    ("0b11", "1:1: bad number or duration syntax: \"0\""),
    ("0o17", "1:1: bad number or duration syntax: \"0\""),
    ("0x1e+2", "1:1: error parsing number: strconv.ParseFloat: parsing \"0x1e+2\": invalid syntax"),
    (
      "0xFFFFFFFFFFFFFFFFF",
      "1:1: error parsing number: strconv.ParseFloat: parsing \"0xFFFFFFFFFFFFFFFFF\": invalid syntax"
    ),
    (
      "up[1e400]",
      "1:4: error parsing number: strconv.ParseFloat: parsing \"1e400\": value out of range"
    ),
    ("up[400y]", "1:4: duration out of range"),
    ("up[1e11]", "1:4: duration out of range"),
    ("up offset 1e11", "1:11: duration out of range"),
    ("up offset -400y", "1:12: duration out of range"),
    ("up[-5m]", "1:4: duration must be greater than 0"),
    ("up[0]", "1:4: duration must be greater than 0"),
    ("up[0s]", "1:4: duration must be greater than 0"),
    ("up[5m:0]", "1:7: duration must be greater than 0"),
    ("up[5m:-1m]", "1:7: duration must be greater than 0"),
    ("up[1h / 0]", "1:7: division by zero"),
    ("up[1h % 0s]", "1:7: modulo by zero"),
    ("up[1h * (2 / -0)]", "1:12: division by zero"),
    ("up offset (1m / 0)", "1:15: division by zero"),
    ("up offset -(5m % 0)", "1:16: modulo by zero"),
  ])
  func refusesNumbersAndDurations(text: String, message: String) { expectRefusal(text, message) }

  @Test(arguments: [
    ("+", "1:2: unexpected end of input"),
    ("1 +", "1:4: unexpected end of input"),
    ("* 2", "1:1: unexpected <op:*>"),
    ("1 1", "1:3: unexpected number \"1\""),
    ("up down", "1:4: unexpected identifier \"down\""),
    ("up up[5m]", "1:4: unexpected identifier \"up\""),
    ("1 and", "1:6: unexpected end of input"),
    ("atan2", "1:1: unexpected <op:atan2>"),
    ("on", "1:1: unexpected <on>"),
    ("bool", "1:1: unexpected <bool>"),
    ("group_left", "1:1: unexpected <group_left>"),
    ("ignoring (x) up", "1:1: unexpected <ignoring>"),
    ("2 bool", "1:3: unexpected <bool>"),
    (
      "a + on(x) group_left",
      "1:21: unexpected end of input in grouping opts, expected \"(\""
    ),
    (
      "a + on(x) group_left @ 1",
      "1:22: unexpected <op:@> in grouping opts, expected \"(\""
    ),
    ("a + group_left b", "1:5: unexpected <group_left>"),
    ("a + bool on b", "1:13: unexpected identifier \"b\" in grouping opts, expected \"(\""),
    ("a + on b", "1:8: unexpected identifier \"b\" in grouping opts, expected \"(\""),
    ("a + on(", "1:8: unclosed left parenthesis"),
    ("a + on(x", "1:9: unclosed left parenthesis"),
    (
      "a + on(x y) b", "1:10: unexpected identifier \"y\" in grouping opts, expected \",\" or \")\""
    ),
    ("a + on(x,,y) b", "1:10: unexpected \",\" in grouping opts, expected label"),
    ("a + on(,) b", "1:8: unexpected \",\" in grouping opts, expected label"),
    ("a + on(1) b", "1:8: unexpected number \"1\" in grouping opts, expected label"),
    ("a + on(\"\") b", "1:8: invalid label name for grouping: \"\""),
    ("a + on(without) b", "1:8: unexpected <without> in grouping opts, expected label"),
    (
      "a + on(x) group_left(y b",
      "1:24: unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""
    ),
    ("a + on(x) group_right(*) b", "1:23: unexpected <op:*> in grouping opts, expected label"),
    ("a + fill b", "1:10: unexpected identifier \"b\""),
    ("a + fill(x) b", "1:10: unexpected identifier \"x\""),
    ("a + fill() b", "1:10: unexpected \")\""),
    ("a + fill(1 2) b", "1:12: unexpected number \"2\""),
    ("a + fill(\"1\") b", "1:10: unexpected string \"\\\"1\\\"\""),
    ("a + fill(1) fill(2) b", "1:17: unexpected \"(\""),
    ("a + fill_left(1) fill_left(2) b", "1:27: unexpected \"(\""),
    (
      "a + fill_right(1e400) b",
      "1:16: error parsing number: strconv.ParseFloat: parsing \"1e400\": value out of range"
    ),
    ("(1 2)", "1:4: unexpected number \"2\""),
    ("()", "1:2: unexpected \")\""),
    ("(,)", "1:2: unexpected \",\""),
    ("\"a\" \"b\"", "1:5: unexpected string \"\\\"b\\\"\""),
    ("1 \"averylongtextinquotes\"", "1:3: unexpected string \"\\\"averylong\"..."),
    ("up 123456789012", "1:4: unexpected number \"1234567890\"..."),
    ("up 1h1m1s1ms1y", "1:4: bad number or duration syntax: \"1h1m1s1ms1\""),
    ("up \"\\t\\n\"", "1:4: unexpected string \"\\\"\\\\t\\\\n\\\"\""),
    ("a ==== b", "1:5: unexpected <op:==>"),
    ("a === b", "1:5: unexpected \"=\""),
    ("a >== b", "1:5: unexpected \"=\""),
    ("a <> b", "1:4: unexpected <op:>>"),
    ("a => b", "1:3: unexpected \"=\""),
    ("a - - ", "1:7: unexpected end of input"),
    ("a @@ 1", "1:4: unexpected <op:@> in @, expected timestamp"),
    ("a,b", "1:2: unexpected \",\""),
  ])
  func refusesWordsThatDoNotFit(text: String, message: String) { expectRefusal(text, message) }

  @Test(arguments: [
    ("sum up", "1:5: unexpected identifier \"up\""),
    ("sum by up", "1:8: unexpected identifier \"up\" in grouping opts, expected \"(\""),
    ("sum by (job", "1:12: unclosed left parenthesis"),
    ("sum by (job) up", "1:14: unexpected identifier \"up\" in aggregation"),
    ("sum by (job) ", "1:14: unexpected end of input in aggregation"),
    ("sum (up", "1:8: unclosed left parenthesis"),
    ("sum()", "1:1: no arguments for aggregate expression provided"),
    ("sum by (x) ()", "1:1: no arguments for aggregate expression provided"),
    (
      "sum(a, b)",
      "1:1: wrong number of arguments for aggregate expression provided, expected 1, got 2"
    ),
    ("sum(a b)", "1:7: unexpected identifier \"b\" in aggregation"),
    ("sum(a) by", "1:10: unexpected end of input in grouping opts, expected \"(\""),
    ("sum(a) by (x) by (y)", "1:15: unexpected <by>"),
    ("sum by (x) (a) without (y)", "1:16: unexpected <without>"),
    ("sum without x (a)", "1:13: unexpected identifier \"x\" in grouping opts, expected \"(\""),
    ("sum by (x=1) (a)", "1:10: unexpected \"=\" in grouping opts, expected \",\" or \")\""),
    (
      "topk(3)",
      "1:1: wrong number of arguments for aggregate expression provided, expected 2, got 1"
    ),
    (
      "topk(1, 2, 3)",
      "1:1: wrong number of arguments for aggregate expression provided, expected 2, got 3"
    ),
    ("topk()", "1:1: no arguments for aggregate expression provided"),
    (
      "count_values(a)",
      "1:1: wrong number of arguments for aggregate expression provided, expected 2, got 1"
    ),
    ("sum(,)", "1:5: unexpected \",\" in aggregation"),
    ("sum(a,)", "1:6: trailing commas not allowed in function call args"),
    ("rate(", "1:6: unclosed left parenthesis"),
    ("rate(a[5m],)", "1:11: trailing commas not allowed in function call args"),
    ("rate(a[5m],,)", "1:11: trailing commas not allowed in function call args"),
    ("rate(a[5m] b[5m])", "1:12: unexpected identifier \"b\""),
    ("rate((a[5m])", "1:13: unclosed left parenthesis"),
    ("rate a[5m]", "1:6: unexpected identifier \"a\""),
    ("nix()", "1:1: unknown function with name \"nix\""),
    ("nix(1 +)", "1:8: unexpected \")\""),
    ("1 + nix(up)", "1:5: unknown function with name \"nix\""),
    ("STEP()", "1:1: unknown function with name \"STEP\""),
    ("Start()", "1:1: unknown function with name \"Start\""),
    ("holt_winters(a[5m], 0.5, 0.5)", "1:1: unknown function with name \"holt_winters\""),
    ("sum(nix(a))", "1:5: unknown function with name \"nix\""),
    ("abs(sum by (x) (a)", "1:19: unclosed left parenthesis"),
    ("abs(a) by (x)", "1:8: unexpected <by>"),
    (
      "limitk(a)",
      "1:1: wrong number of arguments for aggregate expression provided, expected 2, got 1"
    ),
    ("by (x) (a)", "1:4: unexpected \"(\""),
  ])
  func refusesCallsAndAggregations(text: String, message: String) { expectRefusal(text, message) }

  @Test(arguments: [
    ("{}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{x=\"\"}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{x=~\".*\"}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{x!=\"a\"}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{__name__=\"\"}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{\"\"}", "1:1: vector selector must contain at least one non-empty matcher"),
    ("{,}", "1:2: unexpected \",\" in label matching, expected identifier or \"}\""),
    ("{,x=\"1\"}", "1:2: unexpected \",\" in label matching, expected identifier or \"}\""),
    ("{x=\"1\",,}", "1:8: unexpected \",\" in label matching, expected identifier or \"}\""),
    (
      "{x=\"1\" y=\"2\"}",
      "1:8: unexpected identifier \"y\" in label matching, expected \",\" or \"}\""
    ),
    ("{x}", "1:3: unexpected \"}\" in label matching, expected label matching operator"),
    ("{x=}", "1:4: unexpected \"}\" in label matching, expected string"),
    ("{x=y}", "1:4: unexpected identifier \"y\" in label matching, expected string"),
    ("{x=~}", "1:5: unexpected \"}\" in label matching, expected string"),
    ("{x=1}", "1:4: unexpected character inside braces: '1'"),
    (
      "{\"a\" \"b\"}",
      "1:6: unexpected string \"\\\"b\\\"\" in label matching, expected \",\" or \"}\""
    ),
    ("{\"a\"=}", "1:6: unexpected \"}\" in label matching, expected string"),
    ("{\"a\"=b}", "1:6: unexpected identifier \"b\" in label matching, expected string"),
    ("{\"x.y\",\"z\"", "1:11: unexpected end of input inside braces"),
    ("a{\"b\"}", "1:1: metric name must not be set twice: \"a\" or \"b\""),
    ("a{__name__=\"a\"}", "1:1: metric name must not be set twice: \"a\" or \"a\""),
    ("a{__name__!=\"b\"}", "1:1: metric name must not be set twice: \"a\" or \"b\""),
    ("{x=~\"(\"}", "1:2: error parsing regexp: missing closing ): `(`"),
    ("{x=~\")\"}", "1:2: error parsing regexp: unexpected ): `)`"),
    ("{x!~\"[\"}", "1:2: error parsing regexp: missing closing ]: `[`"),
    ("{x=~\"*\"}", "1:2: error parsing regexp: missing argument to repetition operator: `*`"),
    ("{x=~\"a**\"}", "1:2: error parsing regexp: invalid nested repetition operator: `**`"),
    ("{x=~\"a{1001}\"}", "1:2: error parsing regexp: invalid repeat count: `{1001}`"),
    ("{x=~\"[z-a]\"}", "1:2: error parsing regexp: invalid character class range: `z-a`"),
    ("{x=~\"\\\\\"}", "1:2: error parsing regexp: trailing backslash at end of expression: ``"),
    ("{x=~\"\\\\8\"}", "1:2: error parsing regexp: invalid escape sequence: `\\8`"),
    ("{x=~\"(?z)\"}", "1:2: error parsing regexp: invalid or unsupported Perl syntax: `(?z`"),
    ("{x=~\"(?P<n\"}", "1:2: error parsing regexp: invalid named capture: `(?P<n`"),
    ("{x=~\"(?<n\"}", "1:2: error parsing regexp: invalid named capture: `(?<n`"),
    ("{x=~\"\\\\C\"}", "1:2: error parsing regexp: invalid escape sequence: `\\C`"),
    ("{x=~\"(?<n>a\"}", "1:2: error parsing regexp: missing closing ): `(?<n>a`"),
    // Invalid UTF-8; Prometheus accepts it everywhere but in the regular expression.
    ("{x=~\"\\xff\"}", "1:2: error parsing regexp: invalid UTF-8: `\\xff`"),
    (
      "{x=\"\\xff\"}",
      "1:4: string \"\\xff\" is not valid UTF-8: write bytes only if they are a text"
    ),
    (
      "{\"\\377\"}",
      "1:2: string \"\\377\" is not valid UTF-8: write bytes only if they are a text"
    ),
    (
      "label_replace(a, \"\\xc3\", \"\", \"\", \"\")",
      "1:18: string \"\\xc3\" is not valid UTF-8: write bytes only if they are a text"
    ),
    ("'\\xff'", "1:1: string '\\xff' is not valid UTF-8: write bytes only if they are a text"),
    ("a[5m][5m]", "1:6: ranges only allowed for vector selectors"),
    ("1[5m]", "1:2: ranges only allowed for vector selectors"),
    ("\"a\"[5m]", "1:4: ranges only allowed for vector selectors"),
    ("(a)[5m]", "1:4: ranges only allowed for vector selectors"),
    ("sum(a)[5m]", "1:7: ranges only allowed for vector selectors"),
    ("a offset 5m [5m]", "1:13: no offset modifiers allowed before range"),
    ("a @ 5 [5m]", "1:7: no @ modifiers allowed before range"),
    (
      "a[5m] offset",
      "1:13: unexpected end of input in offset, expected number, duration, step(), or range()"
    ),
    (
      "a offset",
      "1:9: unexpected end of input in offset, expected number, duration, step(), or range()"
    ),
    (
      "a offset b",
      "1:10: unexpected identifier \"b\" in offset, expected number, duration, step(), or range()"
    ),
    (
      "a offset \"5m\"",
      "1:10: unexpected string \"\\\"5m\\\"\" in offset, expected number, duration, step(), or range()"
    ),
    ("a offset 5m offset 1m", "1:1: offset may not be set multiple times"),
    ("a[5m] offset 1m offset 2m", "1:1: offset may not be set multiple times"),
    ("a[5m:] offset 1m offset -1m", "1:1: offset may not be set multiple times"),
    ("a offset (1m", "1:13: unclosed left parenthesis"),
    (
      "a offset (1m + )",
      "1:16: unexpected \")\" in offset, expected number, duration, step(), or range()"
    ),
    ("a offset (1m) b", "1:15: unexpected identifier \"b\""),
    (
      "a offset step",
      "1:14: unexpected end of input in offset, expected number, duration, step(), or range()"
    ),
    (
      "a offset step(1)",
      "1:15: unexpected number \"1\" in offset, expected number, duration, step(), or range()"
    ),
    (
      "a offset max_of(1m)",
      "1:19: unexpected \")\" in offset, expected number, duration, step(), or range()"
    ),
    (
      "1 offset 5m",
      "1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    ),
    (
      "(a) offset 5m",
      "1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    ),
    (
      "sum(a) offset 5m",
      "1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    ),
    ("-a[5m] offset 5m offset 5m", "1:2: offset may not be set multiple times"),
    ("a @", "1:4: unexpected end of input in @, expected timestamp"),
    ("a @ b", "1:5: unexpected identifier \"b\" in @, expected timestamp"),
    ("a @ \"1\"", "1:5: unexpected string \"\\\"1\\\"\" in @, expected timestamp"),
    ("a @ (1)", "1:5: unexpected \"(\" in @, expected timestamp"),
    ("a @ start", "1:10: unexpected end of input in @, expected timestamp"),
    ("a @ end(", "1:9: unclosed left parenthesis"),
    ("a @ end(1)", "1:9: unexpected number \"1\" in @, expected timestamp"),
    ("a @ now()", "1:5: unexpected identifier \"now\" in @, expected timestamp"),
    ("a @ 1 @ 2", "1:1: @ <timestamp> may not be set multiple times"),
    ("a @ start() @ 1", "1:1: @ <timestamp> may not be set multiple times"),
    (
      "1 @ 1",
      "1:1: @ modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    ),
    (
      "(a) @ 1",
      "1:1: @ modifier must be preceded by an instant vector selector or range vector selector or a subquery"
    ),
    ("a @ Inf", "1:1: timestamp out of bounds for @ modifier: +Inf"),
    ("a @ -Inf", "1:1: timestamp out of bounds for @ modifier: -Inf"),
    ("a @ NaN", "1:1: timestamp out of bounds for @ modifier: NaN"),
    (
      "a @ 1e30",
      "1:1: timestamp out of bounds for @ modifier: 1000000000000000019884624838656.000000"
    ),
    (
      "a @ -9223372036854775808",
      "1:1: timestamp out of bounds for @ modifier: -9223372036854775808.000000"
    ),
    (
      "a[]",
      "1:3: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[:]", "1:4: unexpected colon before duration in duration expression"),
    ("a[:5m]", "1:4: unexpected colon before duration in duration expression"),
    ("a[x]", "1:3: unexpected character in duration expression: 'x'"),
    ("a[m]", "1:3: unexpected character in duration expression: 'm'"),
    (
      "a[step]",
      "1:7: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    (
      "a[step(]",
      "1:8: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[5m x]", "1:6: unexpected character: 'x', expected ':'"),
    ("a[5m step]", "1:6: unexpected \"step\" in subquery or range, expected \":\" or \"]\""),
    ("a[5m 5m]", "1:6: unexpected duration \"5m\" in subquery or range, expected \":\" or \"]\""),
    (
      "a[5m + ]",
      "1:8: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[5m,]", "1:5: unexpected \",\" in subquery or range, expected \":\" or \"]\""),
    (
      "a[(5m]",
      "1:6: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    (
      "a[(5m 1m)]",
      "1:7: unexpected duration \"1m\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[5m)]", "1:6: unexpected right parenthesis ')'"),
    ("a[\"5m\"]", "1:3: unexpected character in duration expression: '\"'"),
    ("a[{}]", "1:3: unexpected character in duration expression: '{'"),
    ("a[5m{}]", "1:5: unexpected \"{\" in subquery or range, expected \":\" or \"]\""),
    (
      "a[max_of(5m)]",
      "1:12: unexpected \")\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    (
      "a[min_of(5m, 1m]",
      "1:16: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[step():1m]", "1:10: unexpected colon before duration in duration expression"),
    ("a[5m::]", "1:6: unexpected colon ':'"),
    ("a[5m:1m:]", "1:8: unexpected colon ':'"),
    ("a[5m:x]", "1:6: unexpected character: 'x', expected ':'"),
    ("a[5m:1m x]", "1:9: unexpected character: 'x', expected ':'"),
    (
      "a[5m:\"1m\"]",
      "1:6: unexpected string \"\\\"1m\\\"\" in subquery selector, expected number, duration, step(), range(), or \"]\""
    ),
    ("a[5m: 1m 2m]", "1:10: unexpected duration \"2m\" in subquery selector, expected \"]\""),
    (
      "a[5m:,]",
      "1:6: unexpected \",\" in subquery selector, expected number, duration, step(), range(), or \"]\""
    ),
    (
      "a[+]",
      "1:4: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"
    ),
    ("a[5m @ 1]", "1:6: unexpected <op:@> in subquery or range, expected \":\" or \"]\""),
    ("a[5m ==]", "1:6: unexpected <op:==> in subquery or range, expected \":\" or \"]\""),
    ("a anchored smoothed", "1:1: anchored and smoothed modifiers cannot be used together"),
    ("a[5m] smoothed anchored", "1:1: anchored and smoothed modifiers cannot be used together"),
    ("a[5m:] anchored", "1:1: anchored modifier is not supported for subqueries"),
    ("1 smoothed", "1:1: smoothed modifier not implemented"),
    ("(a) anchored", "1:1: anchored modifier not implemented"),
    ("sum(a) smoothed", "1:1: smoothed modifier not implemented"),
  ])
  func refusesSelectorsAndModifiers(text: String, message: String) { expectRefusal(text, message) }

  @Test(arguments: [
    ("1 > 2", "1:3: comparisons between scalars must use BOOL modifier"),
    ("1 ==  1", "1:3: comparisons between scalars must use BOOL modifier"),
    ("(1)<=(2)", "1:4: comparisons between scalars must use BOOL modifier"),
    ("1 != bool 2 > 3", "1:13: comparisons between scalars must use BOOL modifier"),
    ("time() >= 5", "1:8: comparisons between scalars must use BOOL modifier"),
    ("a + bool b", "1:3: bool modifier can only be used on comparison operators"),
    ("a + bool 1", "1:3: bool modifier can only be used on comparison operators"),
    ("1 and 2", "1:1: set operator \"and\" not allowed in binary scalar expression"),
    ("a and 1", "1:1: set operator \"and\" not allowed in binary scalar expression"),
    ("1 unless a", "1:1: set operator \"unless\" not allowed in binary scalar expression"),
    ("\"a\" + 1", "1:1: binary expression must contain only scalar and instant vector types"),
    ("1 + \"a\"", "1:5: binary expression must contain only scalar and instant vector types"),
    ("a[5m] * 2", "1:1: binary expression must contain only scalar and instant vector types"),
    ("2 * a[5m]", "1:5: binary expression must contain only scalar and instant vector types"),
    ("a or b[5m]", "1:6: binary expression must contain only scalar and instant vector types"),
    (
      "-\"a\"",
      "1:1: unary expression only allowed on expressions of type scalar or instant vector, got \"string\""
    ),
    (
      "+a[5m]",
      "1:1: unary expression only allowed on expressions of type scalar or instant vector, got \"range vector\""
    ),
    (
      "-\"a\" + 1",
      "1:1: unary expression only allowed on expressions of type scalar or instant vector, got \"string\""
    ),
    ("a + on(x) 1", "1:1: vector matching only allowed between instant vectors"),
    ("1 + ignoring(x) a", "1:1: vector matching only allowed between instant vectors"),
    ("2 == bool on(x) 2", "1:1: vector matching only allowed between instant vectors"),
    ("a + fill(1) 2", "1:1: filling in missing series only allowed between instant vectors"),
    ("2 + fill_left(1) a", "1:1: filling in missing series only allowed between instant vectors"),
    ("a and fill(1) b", "1:1: filling in missing series not allowed for set operators"),
    ("a or on(x) fill_right(1) b", "1:1: filling in missing series not allowed for set operators"),
    ("a and on(x) group_left b", "1:1: no grouping allowed for \"and\" operation"),
    ("a or ignoring(x) group_right(y) b", "1:1: no grouping allowed for \"or\" operation"),
    ("a unless on() group_left() b", "1:1: no grouping allowed for \"unless\" operation"),
    ("a + on(x) group_left(x) b", "1:3: label \"x\" must not occur in ON and GROUP clause at once"),
    (
      "a == on(x, y) group_right(z, \"y\") b",
      "1:3: label \"y\" must not occur in ON and GROUP clause at once"
    ),
    (
      "a   +   on(\"é\") group_left(\"é\") b",
      "1:5: label \"é\" must not occur in ON and GROUP clause at once"
    ),
    ("rate(a)", "1:6: expected type range vector in call to function \"rate\", got instant vector"),
    ("rate(1)", "1:6: expected type range vector in call to function \"rate\", got scalar"),
    ("rate(\"a\")", "1:6: expected type range vector in call to function \"rate\", got string"),
    ("rate()", "1:1: expected 1 argument(s) in call to \"rate\", got 0"),
    ("rate(a[5m], 1)", "1:1: expected 1 argument(s) in call to \"rate\", got 2"),
    (
      "abs(a[5m])",
      "1:5: expected type instant vector in call to function \"abs\", got range vector"
    ),
    ("abs(1)", "1:5: expected type instant vector in call to function \"abs\", got scalar"),
    ("abs()", "1:1: expected 1 argument(s) in call to \"abs\", got 0"),
    ("abs(a, b)", "1:1: expected 1 argument(s) in call to \"abs\", got 2"),
    ("time(1)", "1:1: expected 0 argument(s) in call to \"time\", got 1"),
    ("round()", "1:1: expected at least 1 argument(s) in call to \"round\", got 0"),
    ("round(a, 1, 2)", "1:1: expected at most 2 argument(s) in call to \"round\", got 3"),
    ("round(a, b)", "1:10: expected type scalar in call to function \"round\", got instant vector"),
    ("label_replace(a)", "1:1: expected 5 argument(s) in call to \"label_replace\", got 1"),
    (
      "label_replace(a, \"b\", \"c\", \"d\", 1)",
      "1:33: expected type string in call to function \"label_replace\", got scalar"
    ),
    ("label_join(a)", "1:1: expected at least 3 argument(s) in call to \"label_join\", got 1"),
    (
      "label_join(a, \"b\", 1)",
      "1:20: expected type string in call to function \"label_join\", got scalar"
    ),
    (
      "label_join(a, \"b\", \"c\", \"d\", e)",
      "1:30: expected type string in call to function \"label_join\", got instant vector"
    ),
    ("sort_by_label()", "1:1: expected at least 1 argument(s) in call to \"sort_by_label\", got 0"),
    (
      "sort_by_label(a, b)",
      "1:18: expected type string in call to function \"sort_by_label\", got instant vector"
    ),
    ("minute(1)", "1:8: expected type instant vector in call to function \"minute\", got scalar"),
    ("minute(a, b)", "1:1: expected at most 1 argument(s) in call to \"minute\", got 2"),
    ("vector(a)", "1:8: expected type scalar in call to function \"vector\", got instant vector"),
    ("scalar(1)", "1:8: expected type instant vector in call to function \"scalar\", got scalar"),
    ("clamp(a, 1)", "1:1: expected 3 argument(s) in call to \"clamp\", got 2"),
    (
      "histogram_quantile(a, b)",
      "1:20: expected type scalar in call to function \"histogram_quantile\", got instant vector"
    ),
    (
      "histogram_quantile(0.9)",
      "1:1: expected 2 argument(s) in call to \"histogram_quantile\", got 1"
    ),
    (
      "histogram_quantiles(a)",
      "1:1: expected at least 3 argument(s) in call to \"histogram_quantiles\", got 1"
    ),
    (
      "quantile_over_time(a[5m])",
      "1:1: expected 2 argument(s) in call to \"quantile_over_time\", got 1"
    ),
    (
      "predict_linear(a, 1)",
      "1:16: expected type range vector in call to function \"predict_linear\", got instant vector"
    ),
    (
      "absent_over_time(a)",
      "1:18: expected type range vector in call to function \"absent_over_time\", got instant vector"
    ),
    (
      "absent(a[5m])",
      "1:8: expected type instant vector in call to function \"absent\", got range vector"
    ),
    (
      "histogram_quantiles(a, \"q\", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)",
      "1:1: expected at most 12 argument(s) in call to \"histogram_quantiles\", got 13"
    ),
    ("info()", "1:1: expected at least 1 argument(s) in call to \"info\", got 0"),
    ("info(1)", "1:6: expected type instant vector in call to function \"info\", got scalar"),
    ("info(a, b)", "1:9: expected label selectors only, got vector selector instead"),
    ("info(a, {x=\"1\"}, 1)", "1:1: expected at most 2 argument(s) in call to \"info\", got 3"),
    ("info(a, sum(b))", "1:9: expected label selectors only"),
    ("info(a, ({x=\"1\"}))", "1:9: expected label selectors only"),
    (
      "info(a, \"x\")", "1:1: expected type instant vector in call to function \"info\", got string"
    ),
    (
      "info(a, a[5m])",
      "1:1: expected type instant vector in call to function \"info\", got range vector"
    ),
    (
      "info(a[5m])",
      "1:6: expected type instant vector in call to function \"info\", got range vector"
    ),
    ("info(a, {x=~\"(\"})", "1:10: error parsing regexp: missing closing ): `(`"),
    (
      "double_exponential_smoothing(a[5m])",
      "1:1: expected 3 argument(s) in call to \"double_exponential_smoothing\", got 1"
    ),
    ("sum(1)", "1:5: expected type instant vector in aggregation expression, got scalar"),
    ("sum(a[5m])", "1:5: expected type instant vector in aggregation expression, got range vector"),
    ("sum(\"a\")", "1:5: expected type instant vector in aggregation expression, got string"),
    ("topk(a, b)", "1:6: expected type scalar in aggregation parameter, got instant vector"),
    ("topk(\"a\", b)", "1:6: expected type scalar in aggregation parameter, got string"),
    ("quantile(b, a)", "1:10: expected type scalar in aggregation parameter, got instant vector"),
    ("count_values(1, a)", "1:14: expected type string in aggregation parameter, got scalar"),
    (
      "count_values(\"x\", 1)",
      "1:19: expected type instant vector in aggregation expression, got scalar"
    ),
    ("limitk(\"a\", b)", "1:8: expected type scalar in aggregation parameter, got string"),
    (
      "limit_ratio(a, 1)",
      "1:16: expected type instant vector in aggregation expression, got scalar"
    ),
    ("1[5m:]", "1:1: subquery is only allowed on instant vector, got scalar instead"),
    ("\"a\"[5m:1m]", "1:1: subquery is only allowed on instant vector, got string instead"),
    ("a[5m][5m:]", "1:1: subquery is only allowed on instant vector, got matrix instead"),
    ("time()[5m:]", "1:1: subquery is only allowed on instant vector, got scalar instead"),
    ("(1 + 2)[1h:]", "1:1: subquery is only allowed on instant vector, got scalar instead"),
    ("rate(1[5m:])", "1:6: subquery is only allowed on instant vector, got scalar instead"),
    ("sum(rate(a[5m:1m:]))", "1:17: unexpected colon ':'"),
    (
      "abs(\n  -\n  \"x\"\n)",
      "2:3: unary expression only allowed on expressions of type scalar or instant vector, got \"string\""
    ),
    ("a +\n\n  b[1m]", "3:3: binary expression must contain only scalar and instant vector types"),
    ("abs(é)", "1:5: unexpected character: 'é'"),
    ("\"é\" + a", "1:1: binary expression must contain only scalar and instant vector types"),
    (
      "{x=\"é\"} + \"a\"",
      "1:12: binary expression must contain only scalar and instant vector types"
    ),
  ])
  func refusesTypes(text: String, message: String) { expectRefusal(text, message) }

  /// A vector matching without effect is dropped.
  @Test(arguments: [
    ("a + on() 1", "a + 1"), ("-1 ^ on() group_left(x) a", "-1 ^ a"),
    ("sum(2 - ignoring() group_right() (a))", "sum(2 - (a))"),
    ("a + on() time() == on() b", "a + time() == on () b"),
  ])
  func forgetsMatchingWithoutSeries(text: String, printed: String) throws {
    #expect(try QueryEngine.parse(text).description == printed)
  }

  private func expectRefusal(_ text: String, _ message: String) {
    let error = #expect(throws: ParseError.self) { try QueryEngine.parse(text) }
    // A row leaves out the common part of all messages.
    #expect(error?.description.replacing(": parse error", with: "") == message)
  }
}
