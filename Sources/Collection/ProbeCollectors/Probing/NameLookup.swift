import BlockingCalls
import CollectorCore

/// What looking up a target's host brought.
struct NameLookup: Sendable {
  /// The address to connect to.
  var address: IPAddress?
  /// How long it took; zero for a host that is an address.
  var duration: Duration = .zero
}

/// Looks up names on threads that can be left behind, for many probes at once.
struct NameResolver: Sendable {
  private let worker = BlockingWorker(threadLimit: 64)

  /// The address of a host that a module prefers.
  ///
  /// Throws `timeout` when the resolver does not answer, `resolve` when it knows no address that may be used.
  func lookUp(
    _ host: String, by preference: IPPreference, context: ScrapeContext
  ) async -> (lookup: NameLookup, failure: ProbeFailure?) {
    if let address = IPAddress(host) { return (NameLookup(address: address), nil) }
    let started = context.clock.now
    let deadline = ContinuousClock.now + context.remaining
    var lookup = NameLookup()
    var failure: ProbeFailure?
    do {
      let texts = try await worker.run(context: context) {
        (try? NameResolution.addresses(of: host, until: deadline)) ?? []
      }
      lookup.address = preference.choose(from: texts.compactMap(IPAddress.init))
      if lookup.address == nil { failure = ProbeFailure(.resolve) }
    } catch {
      failure = ProbeFailure(error == .overdue ? .timeout : .resolve)
    }
    lookup.duration = context.clock.now - started
    return (lookup, failure)
  }
}
