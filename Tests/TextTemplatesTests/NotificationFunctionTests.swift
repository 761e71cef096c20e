import Codecs
import MetricModel
import Testing

@testable import TextTemplates

@Test(arguments: [
  ("{{ now }}", "2001-09-09 01:47:05 +0000 UTC"),
  ("{{ now | date \"2006-01-02T15:04:05.000Z07:00\" }}", "2001-09-09T01:47:05.000Z"),
  ("{{ now | date \"Mon, 2 Jan 06 03:04PM -0700 MST\" }}", "Sun, 9 Sep 01 01:47AM +0000 UTC"),
  (
    "{{ now | date \"Monday January _2 002 __2 3:4:5 pm .999\" }}",
    "Sunday September  9 252 252 1:47:5 am "
  ),
  ("{{ now | date \"Month Money Janus\" }}", "Month Money Janus"),
  ("{{ tz \"Europe/Berlin\" now }}", "2001-09-09 03:47:05 +0200 CEST"),
  ("{{ (tz \"Europe/Berlin\" now).Hour }} {{ (tz \"Europe/Berlin\" now).UTC.Hour }}", "3 1"),
  ("{{ since (mustToDate \"2006-01-02 15:04:05\" \"2001-09-09 00:00:00\") }}", "1h47m5s"),
  ("{{ since (mustToDate \"2006-01-02\" \"2001-09-09\") | humanizeDuration }}", "1h 47m 5s"),
  ("{{ toDate \"2006-01-02\" \"x\" }}", "0001-01-01 00:00:00 +0000 UTC"),
  (
    "{{ mustToDate \"2006-01-02T15:04:05Z07:00\" \"2026-02-03T04:05:06.5+01:00\" }}",
    "2026-02-03 04:05:06.5 +0100 "
  ),
  ("{{ (mustToDate \"2 Jan 2006 3:04 PM\" \"9 Sep 2001 11:30 PM\").Unix }}", "1000078200"),
  ("{{ (toDate \"2006-01-02\" \"2026-02-30\").IsZero }}", "true"),
  ("{{ (index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt }}", "1h30m0s"),
  ("{{ (since (index .Alerts 0).StartsAt).Round 1000000000 }}", "-220902h12m56s"),
  (
    "{{ toJson .CommonLabels }} {{ toJson (list 1 2.5 nil \"a<b\" true) }}",
    "{\"alertname\":\"Up\",\"cluster\":\"x\",\"severity\":\"page\"} [1,2.5,null,\"a\\u003cb\",true]"
  ),
  (
    "{{ base64encode \"a?>\" }} {{ base64decode \"YT8-\" }} {{ base64encode \"a\" }} {{ base64decode \"YQ==\" }}",
    "YT8- a?> YQ== a"
  ),
  ("{{ urlUnescape \"a+b%20c%C3%A9\" }} {{ trimSpace \" \\n a b \\t\" }}|", "a b cé a b|"),
  (
    "{{ $d := dict \"a\" 1 \"b\" (list 1 2) }}{{ $d.a }} {{ len $d.b }} {{ append $d.b 3 }} {{ $d.c }}",
    "1 2 [1 2 3] <no value>"
  ),
  (
    "{{ routeLabels \"x\" }}|{{ range $k, $v := dict \"b\" 1 \"a\" 2 }}{{ $k }}{{ $v }}{{ end }}",
    "|a2b1"
  ),
])
func notificationFunctions(text: String, expected: String) throws {
  let functions = StandardFunctions.notifications { name, instant in
    guard let offset = TimeZoneRules(identifier: name)?.offset(at: instant.rawValue / 1000) else {
      return nil
    }
    return TemplateZoneOffset(seconds: offset.seconds, abbreviation: offset.abbreviation)
  }
  let template = try TemplateSet(functions: functions).template(text, name: "t")
  #expect(try template.render(notification, now: instant) == expected)
}

@Test(
  arguments: [
    (0, "0s"), (1, "1ns"), (1_500, "1.5µs"), (1_500_000, "1.5ms"), (1_000_000_000, "1s"),
    (90_000_000_000, "1m30s"), (3_600_000_000_000, "1h0m0s"), (-5_025_000_000_000, "-1h23m45s"),
    (Int64.min, "-2562047h47m16.854775808s"),
  ] as [(Int64, String)])
func durationsPrintAsInGo(nanoseconds: Int64, text: String) {
  #expect(TemplateDuration(nanoseconds: nanoseconds).printed == text)
}

@Test(
  arguments: [
    (0.1, 20, "0.10000000000000000555"), (0x1p-1074, 3, "4.94e-324"),
    (1.7976931348623157e308, 4, "1.798e+308"),
    (0.5, 1, "0.5"), (9.995, 3, "9.99"), (999_999, 5, "1e+06"), (100, 3, "100"),
    (1234.5, 1, "1e+03"),
  ] as [(Double, Int, String)])
func numbersAreRoundedFromTheirExactValue(value: Double, precision: Int, text: String) {
  #expect(GoFloat.string(value, verb: "g", precision: precision) == text)
}

@Test func valuesInsideScriptsAreRefused() {
  for text in ["<script>{{ 1 }}</script>", "<a onclick=\"{{ 1 }}\">", "<{{ \"b\" }}>"] {
    #expect(throws: TemplateError.self) { try renderNotification(text, .html) }
  }
}
