/// Thrown where this machine has nothing to show: a missing device, module or role.
///
/// For a collector it is no failure: the state metric says `nodata`, while `success` is 0 as with the peers.
package struct NoData: Error, Hashable, CustomStringConvertible {
  /// What is missing, for a human.
  package let reason: String

  /// Makes the error from what is missing.
  package init(_ reason: String) {
    self.reason = reason
  }

  package var description: String { "no data: \(reason)" }
}
