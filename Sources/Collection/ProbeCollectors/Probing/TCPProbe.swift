import CollectorCore
import WebClient

/// A TCP probe: whether a port accepts connections.
struct TCPProbe: Sendable {
  let settings: TCPProbeSettings
  let client: WebClient
  let resolver: NameResolver

  /// Probes once, until the context's deadline at most.
  func run(_ address: String, context: ScrapeContext) async -> ProbeReading {
    var reading = ProbeReading()
    guard let place = TCPAddress(address) else {
      reading.failure = ProbeFailure(.invalidTarget)
      return reading
    }
    (reading.lookup, reading.failure) = await resolver.lookUp(
      place.host, by: settings.addresses, context: context)
    guard let address = reading.lookup.address else { return reading }
    let host = address.version == 6 ? "[\(address.text)]" : address.text
    var request = WebRequest(.get, "http://\(host):\(place.port)/")
    request.connectsOnly = true
    request.reusesConnection = false
    request.timeout = context.remaining
    if case .failure(let error) = await client.attempt(request).result {
      reading.failure = ProbeFailure(error)
    }
    return reading
  }
}
