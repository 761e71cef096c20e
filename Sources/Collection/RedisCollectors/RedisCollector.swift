package import CollectorCore
package import ExpositionFormat
import MetricModel
import RedisAccess
import Synchronization

/// Collects everything from one server in one scrape: INFO first, then the slow log, latency events
/// and histograms, and the cluster.
///
/// A server that is down gives `redis_up 0` with a reason, in time; a command that its user may not
/// call does not affect the others. Nothing is thrown: what was collected is exposed.
package struct RedisCollector: Collector {
  let server: RedisServer
  private let memory = Memory()

  /// Makes a collector.
  package init(_ server: RedisServer) {
    self.server = server
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let started = ContinuousClock.now
    let deadline = started + context.remaining * 0.9
    var failure: RedisError?
    do throws(RedisError) {
      let info = try await server.info(deadline: deadline)
      let start = memory.startTime(info, now: context.wallTime.seconds)
      info.write(into: &buffer, startTime: start)
      await writeExtras(info, until: deadline, into: &buffer)
    } catch {
      failure = error
    }
    writeUp(failure, into: &buffer)
    writeScrape(failure, duration: started.duration(to: .now).seconds, into: &buffer)
  }

  private func writeUp(_ failure: RedisError?, into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "redis_up", "Whether this scrape had INFO answered.", failure == nil ? 1 : 0)
    buffer.family(
      "tocsin_redis_up_reason", .gauge,
      "Why redis_up is what it is: ok, or the kind of failure.", labels: ["reason"])
    buffer.add(1, failure?.reason.rawValue ?? "ok")
  }

  private func writeScrape(
    _ failure: RedisError?, duration: Double, into buffer: inout FamilyBuffer
  ) {
    let totals = memory.count(duration)
    buffer.counter("redis_exporter_scrapes_total", "Scrapes of the server.", totals.scrapes)
    buffer.family(
      "redis_exporter_last_scrape_error", .gauge, "Whether the last scrape failed, and how.",
      labels: ["err"])
    buffer.add(failure == nil ? 0 : 1, failure?.message ?? "")
    buffer.gauge(
      "redis_exporter_last_scrape_duration_seconds", "Seconds of the last scrape.", duration)
    buffer.gauge(
      "redis_exporter_last_scrape_connect_time_seconds",
      "Seconds that the last connect took; connections are kept.",
      server.session.state.connectTime.seconds)
    buffer.family("redis_exporter_scrape_duration_seconds", .summary, "Seconds of the scrapes.")
    buffer.addSummary(quantiles: [], sum: totals.seconds, count: totals.scrapes)
    buffer.counter(
      "tocsin_redis_sessions_opened_total", "Sessions opened to the server.",
      Double(server.session.state.sessionsOpened))
  }

  private func writeExtras(
    _ info: RedisInfo, until deadline: ContinuousClock.Instant, into buffer: inout FamilyBuffer
  ) async {
    if let reply = await ask(["SLOWLOG", "LEN"], deadline) {
      RedisExtras.writeSlowlogLength(reply, into: &buffer)
    }
    if let reply = await ask(["SLOWLOG", "GET", "1"], deadline) {
      RedisExtras.writeSlowlogEntry(reply, into: &buffer)
    }
    if let reply = await ask(["LATENCY", "LATEST"], deadline) {
      RedisExtras.writeLatencyEvents(reply, into: &buffer)
    }
    if info.hasLatencyHistograms, let reply = await ask(["LATENCY", "HISTOGRAM"], deadline) {
      RedisExtras.writeHistograms(reply, info: info, into: &buffer)
    }
    if info["cluster_enabled"] == "1", let reply = await ask(["CLUSTER", "INFO"], deadline) {
      RedisExtras.writeCluster(reply, into: &buffer)
    }
  }

  /// The reply; `nil` if the user may not call the command, or the server does not know it.
  private func ask(
    _ command: [String], _ deadline: ContinuousClock.Instant
  ) async -> RedisReply? {
    try? await server.session.command(command, deadline: deadline)
  }
}

extension RedisInfo {
  /// Redis 7 and every Valkey have LATENCY HISTOGRAM.
  fileprivate var hasLatencyHistograms: Bool {
    guard let major = self["redis_version"]?.prefix(while: { $0 != "." }) else { return false }
    return (Int(major) ?? 0) >= 7
  }
}

/// The collector's state between scrapes.
private final class Memory: Sendable {
  private struct State {
    var scrapes = 0.0
    var seconds = 0.0
    var runID = ""
    var start: Double?
  }

  private let state = Mutex(State())

  func count(_ duration: Double) -> (scrapes: Double, seconds: Double) {
    state.withLock { state in
      state.scrapes += 1
      state.seconds += duration
      return (state.scrapes, state.seconds)
    }
  }

  /// The Unix time of the server's start. INFO has the uptime in whole seconds only, so the first
  /// reading of a run is retained: a start that moves by a second with every scrape would look like
  /// a restart.
  func startTime(_ info: RedisInfo, now: Double) -> Double? {
    guard let uptime = info.number("uptime_in_seconds") else { return nil }
    let run = info["run_id"] ?? ""
    let time = info.number("server_time_usec").map { $0 / 1e6 } ?? now
    return state.withLock { state in
      if let start = state.start, !run.isEmpty, state.runID == run { return start }
      let start = (time - uptime).rounded(.down)
      (state.runID, state.start) = (run, start)
      return start
    }
  }
}
