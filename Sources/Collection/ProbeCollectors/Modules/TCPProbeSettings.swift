/// The settings of a TCP probe, which succeeds if the connection is accepted in time.
package struct TCPProbeSettings: Sendable {
  /// The choice of the target's address.
  package var addresses = IPPreference()

  package init() {}
}
