import Codecs
import Configuration
import ExpositionFormat
import MetricModel
import TransportSecurity
import WebClient

/// The details of an HTTP probe; all zero without a response.
struct HTTPReading: Sendable {
  var status = 0
  /// The `Content-Length` of the response; -1 if it has none.
  var contentLength = 0
  /// The number of bytes read, after decompression.
  var bodyLength = 0
  var redirects = 0
  var isTLS = false
  var version = 0.0
  /// The timings, without the probe's own name look-up.
  var timings = WebTimings.none
  /// Seconds since the epoch.
  var lastModified: Int?
  var chain: CertificateChain?

  init(_ attempt: WebAttempt, _ settings: HTTPProbeSettings) {
    redirects = attempt.redirects
    timings = attempt.timings
    guard case .success(let response) = attempt.result else { return }
    status = response.status
    contentLength = response.headers["Content-Length"].flatMap { Int($0) } ?? -1
    bodyLength = response.body.count
    isTLS = response.effectiveOrigin.hasPrefix("https://")
    version = Double(response.httpVersion) ?? 0
    lastModified = response.headers["Last-Modified"].flatMap(HTTPDate.seconds)
    // A redirect that is not followed is counted nevertheless.
    if !settings.client.followsRedirects, (300..<400).contains(response.status),
      response.headers["Location"] != nil
    {
      redirects += 1
    }
    if isTLS {
      chain = CertificateChain(
        response.certificates, isVerified: !settings.client.tls.insecureSkipVerify)
    }
  }

  /// Makes a reading without a response.
  init() {}

  func write(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "probe_http_content_length", "Length that the answer announced; -1 if none.",
      Double(contentLength))
    let phases = buffer.family(
      "probe_http_duration_seconds", .gauge, "Time by phase of the probe, over all redirects.",
      labels: ["phase"])
    for (phase, duration) in [
      ("resolve", timings.dns), ("connect", timings.connect), ("tls", timings.tls),
      ("processing", timings.processing), ("transfer", timings.transfer),
    ] {
      buffer.add(duration.seconds, phase, to: phases)
    }
    if let lastModified {
      buffer.gauge(
        "probe_http_last_modified_timestamp_seconds", "Time of the answer's Last-Modified field.",
        Double(lastModified))
    }
    buffer.gauge("probe_http_redirects", "Redirects that were seen.", Double(redirects))
    buffer.gauge("probe_http_ssl", "1 if the last answer came over TLS.", isTLS ? 1 : 0)
    buffer.gauge("probe_http_status_code", "Status of the answer; 0 without one.", Double(status))
    buffer.gauge(
      "probe_http_uncompressed_body_length", "Length of the body after decompression.",
      Double(bodyLength))
    buffer.gauge("probe_http_version", "HTTP version of the answer.", version)
    if let expiry = chain?.earliestExpiry {
      buffer.gauge(
        "probe_ssl_earliest_cert_expiry",
        "Earliest end of validity among the certificates that the server sent.", Double(expiry))
    }
    if let expiry = chain?.pathExpiry {
      buffer.gauge(
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        "End of validity of the verified chain of certificates.", Double(expiry))
    }
  }
}
