import MetricModel

extension LabelIndex {
  /// The slots of the series that fulfil all matchers, in ascending order.
  ///
  /// Equality is one lookup; any other matcher is tried once on each distinct value of its label,
  /// or on the remaining candidates if those are fewer.
  func select(_ matchers: [LabelMatcher], labels: [Labels]) -> [UInt32] {
    var candidates: [UInt32]?
    for matcher in matchers where matcher.operation == .equal && !matcher.value.isEmpty {
      let list = names[ExactText(matcher.name)]?.postings[ExactText(matcher.value)] ?? []
      candidates = candidates.map { Postings.intersection($0, list) } ?? list
      if candidates?.isEmpty == true { return [] }
    }
    for matcher in matchers where matcher.operation != .equal || matcher.value.isEmpty {
      candidates = narrow(candidates, by: matcher, labels: labels)
      if candidates?.isEmpty == true { return [] }
    }
    return candidates ?? all
  }

  private func narrow(
    _ candidates: [UInt32]?, by matcher: LabelMatcher, labels: [Labels]
  ) -> [UInt32]? {
    let matchesEmpty = matcher.matchesEmpty
    guard let values = names[ExactText(matcher.name)] else { return matchesEmpty ? candidates : [] }
    if let candidates, candidates.count < values.postings.count {
      return candidates.filter { matcher.matches(labels[Int($0)][matcher.name] ?? "") }
    }
    // For a matcher that a missing label fulfils, the values that do not fulfil it are subtracted.
    let lists = values.postings.compactMap { value, list in
      matcher.matches(value.string) == matchesEmpty ? nil : list
    }
    if matchesEmpty {
      return lists.isEmpty
        ? candidates : Postings.subtracting(candidates ?? all, Postings.union(lists))
    }
    if lists.isEmpty { return [] }
    let found = Postings.union(lists)
    return candidates.map { Postings.intersection($0, found) } ?? found
  }
}
