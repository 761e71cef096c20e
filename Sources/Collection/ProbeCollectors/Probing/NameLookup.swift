import Concurrency
import CollectorCore

/// What looking up a target's host brought.
struct NameLookup: Sendable {
  /// The address to connect to.
  var address: IPAddress?
  /// How long it took; zero for a host that is an address.
  var duration: Duration = .zero
}

/// Looks up the hosts of probes.
struct NameResolver: Sendable {
  /// The address of a host that a module prefers.
  ///
  /// Throws `timeout` when the resolver does not answer, `resolve` when it knows no address that may be used.
  func lookUp(
    _ host: String, by preference: IPPreference, context: ScrapeContext
  ) async -> (lookup: NameLookup, failure: ProbeFailure?) {
    if let address = IPAddress(host) { return (NameLookup(address: address), nil) }
    let started = context.clock.monotonic
    var lookup = NameLookup()
    var failure: ProbeFailure?
    do {
      let texts = try await NameResolution.addresses(
        of: host, within: context.remaining, clock: context.clock)
      lookup.address = preference.choose(from: texts.compactMap(IPAddress.init))
      if lookup.address == nil { failure = ProbeFailure(.resolve) }
    } catch {
      failure = ProbeFailure(error.isTimeout ? .timeout : .resolve)
    }
    lookup.duration = context.clock.monotonic - started
    return (lookup, failure)
  }
}
