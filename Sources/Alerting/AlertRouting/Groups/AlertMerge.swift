package import MetricModel
package import StorageAPI

extension Alert {
  /// An alert as it came from outside, with what was left out filled in (I1).
  package static func incoming(
    labels: Labels, annotations: Labels, startsAt: Timestamp?, endsAt: Timestamp?,
    generatorURL: String, resolveTimeout: PrometheusDuration, now: Timestamp
  ) -> Alert {
    Alert(
      labels: labels, annotations: annotations,
      startsAt: startsAt ?? endsAt.map { min($0, now) } ?? now,
      endsAt: endsAt ?? now.adding(milliseconds: resolveTimeout.rawValue),
      endsByTimeout: endsAt == nil, generatorURL: generatorURL, updatedAt: now)
  }

  /// Why the alert cannot be taken; nil if it can (I2).
  package var fault: String? {
    if labels.isEmpty { return "an alert needs at least one label" }
    if endsAt < startsAt { return "alert \(labels) ends before it starts" }
    return nil
  }

  /// This alert after a newer message about it came (I4).
  package func merged(with newer: Alert, at now: Timestamp) -> Alert {
    if newer.updatedAt < updatedAt { return newer.merged(with: self, at: now) }
    let overlaps =
      (newer.endsAt > startsAt && newer.endsAt < endsAt)
      || (newer.startsAt > startsAt && newer.startsAt < endsAt)
    guard overlaps else { return newer }
    var result = newer
    result.startsAt = min(startsAt, newer.startsAt)
    guard endsAt > newer.endsAt else { return result }
    if newer.isResolved(at: now) {
      // The later of two ends that were told wins.
      if isResolved(at: now) { result.endsAt = endsAt }
    } else if !endsByTimeout {
      result.endsAt = endsAt
    }
    return result
  }
}
