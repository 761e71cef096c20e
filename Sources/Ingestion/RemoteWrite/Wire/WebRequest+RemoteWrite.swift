import WebClient

extension WebRequest {
  /// The version of the remote-write protocol that is spoken: the first one, of snappy blocks of
  /// protobuf messages.
  private static let remoteWriteVersion = "0.1.0"

  /// Makes a compressed write request the body, with the header fields that receivers look for.
  mutating func setRemoteWriteBody(_ block: [UInt8]) {
    body = block
    headers["Content-Type"] = "application/x-protobuf"
    headers["Content-Encoding"] = "snappy"
    headers["X-Prometheus-Remote-Write-Version"] = Self.remoteWriteVersion
  }
}
