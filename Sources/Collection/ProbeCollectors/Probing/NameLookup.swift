import Concurrency
import CollectorCore

/// The result of resolving a target's host.
struct NameLookup: Sendable {
  /// The address to connect to.
  var address: IPAddress?
  /// The duration of the look-up; zero for a host that is an address.
  var duration: Duration = .zero
}

/// Resolves the hosts of probes.
struct NameResolver: Sendable {
  /// The address of a host, by a module's preference.
  ///
  /// - Throws: `timeout` if the resolver does not answer, `resolve` if the host has no address that
  ///   may be used.
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
