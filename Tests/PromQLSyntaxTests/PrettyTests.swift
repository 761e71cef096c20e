import Testing

@testable import PromQLSyntax

@Test(arguments: [
  (
    "sum by(job)(rate(up[5m]))>bool 2",
    "sum by (job) (rate(up[5m])) > bool 2"
  ),
  ("x[5m] offset 1m @ 10", "x[5m] @ 10.000 offset 1m"),
  ("x @ -0.5", "x @ -0.500"), (#"x{a="\uFFFD\u00e4"}"#, #"x{a="\ufffdä"}"#),
  (
    "a_metric_with_a_very_long_name_that_goes_on{job=\"first\",instance=\"localhost:9090\"} + on(job) b_metric{job=\"first\"}",
    """
      a_metric_with_a_very_long_name_that_goes_on{instance="localhost:9090",job="first"}
    + on (job)
      b_metric{job="first"}
    """
  ),
  (
    "topk(5, sum by (instance, job) (rate(http_requests_total{job=\"api\",code=~\"5..\",handler!=\"/metrics\"}[5m])))",
    """
    topk(
      5,
      sum by (instance, job) (rate(http_requests_total{code=~"5..",handler!="/metrics",job="api"}[5m]))
    )
    """
  ),
])
func longExpressionsAreLaidOutAsPrometheusDoes(text: String, pretty: String) throws {
  let expression = try PromQLParser.parse(text)
  #expect(expression.pretty == pretty)
  #expect(try PromQLParser.parse(expression.pretty).description == expression.description)
}
