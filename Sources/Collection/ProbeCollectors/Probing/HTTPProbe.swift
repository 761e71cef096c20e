import CollectorCore
import Configuration
import TransportSecurity
import WebClient

/// One HTTP probe.
struct HTTPProbe: Sendable {
  let settings: HTTPProbeSettings
  let client: WebClient
  let resolver: NameResolver

  /// Probes once, until the context's deadline at most.
  func run(_ address: String, context: ScrapeContext) async -> ProbeReading {
    var reading = ProbeReading()
    reading.http = HTTPReading()
    let url = Self.url(of: address)
    guard let endpoint = try? WebEndpoint(url: url) else {
      reading.failure = ProbeFailure(.invalidTarget)
      return reading
    }
    (reading.lookup, reading.failure) = await resolver.lookUp(
      endpoint.host, by: settings.addresses, context: context)
    guard let address = reading.lookup.address else {
      reading.http?.timings.dns = reading.lookup.duration
      return reading
    }
    guard
      var request = try? await settings.request(
        url: url, address: address, within: context.remaining)
    else {
      reading.failure = ProbeFailure(.secret)
      return reading
    }
    request.timeout = context.remaining
    let attempt = await client.attempt(request)
    var http = HTTPReading(attempt, settings)
    http.timings.dns += reading.lookup.duration
    switch attempt.result {
    case .success(let response):
      let verdict = HTTPVerdict(response, by: settings)
      reading.failure = verdict.failure
      reading.isDueToRegex = verdict.isDueToRegex
    case .failure(let error):
      reading.failure = ProbeFailure(error)
      if case .tls = error, attempt.redirects == 0 {
        http.chain = await refusedChain(request, context: context)
      }
    }
    reading.http = http
    return reading
  }

  /// The certificates that were rejected, from a second handshake that accepts any and sends no
  /// request: the expiry date matters most once a certificate has expired.
  private func refusedChain(
    _ request: WebRequest, context: ScrapeContext
  ) async -> CertificateChain? {
    guard context.remaining > .zero else { return nil }
    var request = request
    request.timeout = context.remaining
    request.connectsOnly = true
    request.followRedirects = false
    request.credentials = nil
    request.tls = TLSConfiguration(serverName: request.tls.serverName, insecureSkipVerify: true)
    guard let response = try? await client.send(request), !response.certificates.isEmpty else {
      return nil
    }
    return CertificateChain(response.certificates, isVerified: false)
  }

  /// The URL of a target, whose `http://` may be left out.
  static func url(of address: String) -> String {
    address.contains("://") ? address : "http://" + address
  }
}
