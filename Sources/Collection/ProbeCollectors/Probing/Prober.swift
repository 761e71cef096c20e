import Concurrency
import CollectorCore
import WebClient

/// Runs probes, with its own connections and name look-ups.
final class Prober: Sendable {
  private let client = WebClient(maxIdleConnections: 1)
  private let resolver = NameResolver()

  /// Probes an address once, within the time limits of the module and the context.
  func probe(
    _ address: String, with module: ProbeModule, context: ScrapeContext
  ) async -> ProbeReading {
    let timeout = module.timeout(within: context.remaining)
    let inner = ScrapeContext(clock: context.clock, budget: timeout)
    let started = context.clock.monotonic
    var reading =
      switch module.prober {
      case .http(let settings):
        await HTTPProbe(settings: settings, client: client, resolver: resolver)
          .run(address, context: inner)
      case .tcp(let settings):
        await TCPProbe(settings: settings, client: client, resolver: resolver)
          .run(address, context: inner)
      }
    reading.duration = context.clock.monotonic - started
    reading.timeout = timeout
    return reading
  }
}
