/// How a TCP port is probed: success is a connection that is accepted in time.
package struct TCPProbeSettings: Sendable {
  /// Which address of the target is tried.
  package var addresses = IPPreference()

  package init() {}
}
