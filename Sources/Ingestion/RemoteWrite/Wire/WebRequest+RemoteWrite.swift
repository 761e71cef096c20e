import WebClient

extension WebRequest {
  /// The protocol version that Tocsin sends: 1.0, whose header value is 0.1.0.
  private static let remoteWriteVersion = "0.1.0"

  /// Sets a compressed write request as the body, with the header fields of the protocol.
  mutating func setRemoteWriteBody(_ block: [UInt8]) {
    body = block
    headers["Content-Type"] = "application/x-protobuf"
    headers["Content-Encoding"] = "snappy"
    headers["X-Prometheus-Remote-Write-Version"] = Self.remoteWriteVersion
  }
}
