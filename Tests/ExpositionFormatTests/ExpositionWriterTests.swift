import ExpositionFormat
import MetricModel
import Testing

@Test func aWrittenFamilyReadsAsTheFormatSays() {
  var writer = ExpositionWriter()
  writer.beginFamily("http_requests_total", type: .counter, help: "All\nof them.")
  writer.sample("http_requests_total", labels: ["code": "200", "path": "/\"a\""], value: 1e6)
  writer.sample("http_requests_total", labels: [:], value: .infinity)
  writer.sample(
    "http_requests_total", labels: ["__name__": "other"], value: .nan,
    timestamp: Timestamp(rawValue: 1_700_000_000_123))
  #expect(
    String(decoding: writer.bytes, as: UTF8.self) == #"""
      # HELP http_requests_total All\nof them.
      # TYPE http_requests_total counter
      http_requests_total{code="200",path="/\"a\""} 1e+06
      http_requests_total +Inf
      http_requests_total NaN 1700000000123

      """#)
}

@Test(arguments: [
  (MetricType.counter, "counter"), (.gauge, "gauge"), (.histogram, "histogram"),
  (.summary, "summary"), (.unknown, "untyped"), (.info, "gauge"), (.stateset, "gauge"),
])
func typesOfOpenMetricsBecomeTheNearestOfTheTextFormat(type: MetricType, word: String) {
  var writer = ExpositionWriter()
  writer.beginFamily("x", type: type, help: "")
  #expect(String(decoding: writer.bytes, as: UTF8.self) == "# HELP x \n# TYPE x \(word)\n")
}
