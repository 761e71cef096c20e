package import MetricModel
package import StorageAPI

extension Alert {
  /// An alert as a sender posted it, with the times that it left out: now for the start, and
  /// `resolveTimeout` from now for the end.
  package static func incoming(
    labels: Labels, annotations: Labels, startsAt: Timestamp?, endsAt: Timestamp?,
    generatorURL: String, resolveTimeout: PrometheusDuration, now: Timestamp
  ) -> Alert {
    Alert(
      labels: labels, annotations: annotations,
      startsAt: startsAt ?? endsAt.map { min($0, now) } ?? now,
      endsAt: endsAt ?? now.advanced(by: resolveTimeout.duration),
      endsByTimeout: endsAt == nil, generatorURL: generatorURL, updatedAt: now)
  }

  /// Why the alert cannot be taken; nil if it can.
  package var fault: String? {
    if labels.isEmpty { return "an alert needs at least one label" }
    if endsAt < startsAt { return "alert \(labels) ends before it starts" }
    return nil
  }

  /// This alert after it was received again: if the two overlap in time, the earliest start stays,
  /// and an end that the sender named prevails over one by timeout (Alertmanager 0.34,
  /// `types.Alert.Merge`).
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
      // The later of two ends that the sender named.
      if isResolved(at: now) { result.endsAt = endsAt }
    } else if !endsByTimeout {
      result.endsAt = endsAt
    }
    return result
  }
}
