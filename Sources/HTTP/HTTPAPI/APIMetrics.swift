package import ExpositionFormat
import MetricModel
package import WebServer

/// The metrics of the HTTP interface: the API's queries, and the requests of all paths.
package struct APIMetrics: MetricSource {
  private let server: ServerCounters
  private let queries: QueryCounters.Snapshot
  private let concurrentQueries: Int

  package init(server: ServerCounters, queries: QueryCounters.Snapshot, concurrentQueries: Int) {
    self.server = server
    self.queries = queries
    self.concurrentQueries = concurrentQueries
  }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.family(
      "alertmanager_build_info", .gauge, "1 with the Alertmanager API version that is spoken.",
      labels: ["version"])
    buffer.add(1, TocsinVersion.alertmanager)
    writeQueries(into: &buffer)
    writeRequests(into: &buffer)
  }

  private func writeQueries(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "prometheus_engine_queries", "The current number of queries being executed or waiting.",
      Double(queries.running + queries.waiting))
    buffer.gauge(
      "prometheus_engine_queries_concurrent_max", "The max number of concurrent queries.",
      Double(concurrentQueries))
    buffer.gauge(
      "tocsin_queries_waiting", "Queries of the API that wait for one of the places.",
      Double(queries.waiting))
    buffer.family(
      "tocsin_queries_total", .counter,
      "Queries of the API by how they ended; canceled: the client went away.", labels: ["outcome"])
    for outcome in QueryCounters.Outcome.allCases {
      buffer.add(Double(queries.ended[outcome] ?? 0), outcome.rawValue)
    }
  }

  private func writeRequests(into buffer: inout FamilyBuffer) {
    buffer.counter(
      "tocsin_http_requests_total", "HTTP requests that reached a handler.",
      Double(server.requests))
    buffer.family(
      "tocsin_http_responses_total", .counter, "HTTP answers by status code.", labels: ["code"])
    for (code, count) in server.responses.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), String(code))
    }
    buffer.counter(
      "tocsin_http_requests_abandoned_total",
      "HTTP requests whose client went away before there was an answer.",
      Double(server.abandoned))
  }
}
