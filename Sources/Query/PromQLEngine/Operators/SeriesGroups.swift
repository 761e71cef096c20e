import MetricModel
import StorageAPI

/// The group of each series of an operator.
struct SeriesGroups {
  /// The group of each series; cached with the series set, which the next query shares.
  private struct Membership: Sendable {
    var groupOfSeries: [UInt32] = []
    /// The labels of the groups, sorted.
    var groups: [Labels] = []
  }

  /// The index of the group, by series.
  let groupOfSeries: [UInt32]
  /// The heads of the groups, sorted by labels.
  let heads: SeriesHeads

  /// Groups series by `by` or `without`; a group's metric name is dropped if that of any of its
  /// series is.
  init(_ heads: SeriesHeads, by labels: [String], isWithout: Bool) {
    let membership = heads.series.remembered([isWithout ? "without" : "by"] + labels) {
      Self.membership(
        of: heads.series,
        isWithout ? .removing(labels + SeriesHead.nameLabels) : .retaining(labels))
    }
    groupOfSeries = membership.groupOfSeries
    if let dropsNames = heads.dropsNames {
      self.heads = SeriesHeads(SeriesSet(membership.groups), dropsNames: dropsNames)
    } else {
      var drops = [Bool](repeating: false, count: membership.groups.count)
      for (head, group) in zip(heads, groupOfSeries) where head.dropsName {
        drops[Int(group)] = true
      }
      self.heads = SeriesHeads(
        zip(membership.groups, drops).map { SeriesHead(labels: $0, dropsName: $1) })
    }
  }

  private static func membership(of set: SeriesSet, _ rule: LabelGrouping.Rule) -> Membership {
    var grouping = LabelGrouping(rule)
    let met = set.labels.map { UInt32(grouping.group(of: $0)) }
    let groups = grouping.groups
    let sorted = groups.indices.sorted { groups[$0] < groups[$1] }
    var places = [UInt32](repeating: 0, count: groups.count)
    for (place, group) in sorted.enumerated() { places[group] = UInt32(place) }
    return Membership(
      groupOfSeries: met.map { places[Int($0)] }, groups: sorted.map { groups[$0] })
  }

  /// The indices of the series of each group.
  var members: [[Int]] {
    var members = [[Int]](repeating: [], count: heads.count)
    for (series, group) in groupOfSeries.enumerated() { members[Int(group)].append(series) }
    return members
  }
}
