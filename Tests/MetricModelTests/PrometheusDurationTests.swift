import MetricModel
import Testing

@Suite struct PrometheusDurationTests {
  @Test(arguments: [
    ("0", 0), ("15s", 15_000), ("1h30m", 5_400_000), ("1d", 86_400_000), ("1w", 604_800_000),
    ("1y", 31_536_000_000), ("5ms", 5), ("1m30s500ms", 90_500), ("0s", 0),
    ("1y2w3d4h5m6s7ms", 33_019_506_007), ("100y", 3_153_600_000_000),
  ])
  func durationsAreRead(text: String, milliseconds: Int64) {
    #expect(PrometheusDuration(text)?.rawValue == milliseconds)
  }

  @Test(arguments: [
    "", "1", "s", "1x", "1s1m", "1s1s", "-1s", "1.5s", " 1s", "1 s", "1M", "1hm", "1µs", "293y",
    "999999999999y", "99999999999999999999y", "99999999999999999999s",
  ])
  func otherTextsAreNoDurations(text: String) {
    #expect(PrometheusDuration(text) == nil)
  }

  @Test(arguments: [
    (0, "0s"), (15_000, "15s"), (5_400_000, "1h30m"), (604_800_000, "1w"), (86_400_000, "1d"),
    (90_500, "1m30s500ms"), (691_200_000, "8d"),
  ])
  func durationsArePrintedShort(milliseconds: Int64, text: String) {
    #expect(PrometheusDuration(rawValue: milliseconds).description == text)
    #expect(PrometheusDuration(text)?.rawValue == milliseconds)
  }
}
