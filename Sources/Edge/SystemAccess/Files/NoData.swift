/// Thrown when this machine has no data to show: a missing device, module or role.
///
/// For a collector it is not a failure: the state metric is `nodata`, while `success` is 0 as in
/// the reference exporters.
package struct NoData: Error, Hashable, CustomStringConvertible {
  /// What is missing, in words for the user.
  package let reason: String

  /// Makes the error from what is missing.
  package init(_ reason: String) {
    self.reason = reason
  }

  package var description: String { "no data: \(reason)" }
}
