import MetricModel

extension FamilyBuffer {
  /// Renders the families of the current scrape: sorted by name, duplicates dropped and counted.
  package mutating func render() -> FamilyText {
    var text = FamilyText()
    text.bytes.reserveCapacity(lastSize + 256)
    let sorted = sortedFamilies()
    text.sections.reserveCapacity(sorted.count)
    for index in sorted where isCurrent(families[index]) && families[index].count > 0 {
      finish(index)
      append(families[index], to: &text)
    }
    lastSize = text.bytes.count
    if families.count > 2 * text.sections.count + 16 { removeStaleFamilies() }
    return text
  }

  private mutating func sortedFamilies() -> [Int] {
    if let order { return order }
    let sorted = families.indices.sorted { families[$0].name < families[$1].name }
    order = sorted
    return sorted
  }

  /// Ends the scrape for a family whose series changed: shortens it and drops duplicates.
  private mutating func finish(_ index: Int) {
    if families[index].slots.count > families[index].count {
      families[index].slots.removeLast(families[index].slots.count - families[index].count)
      families[index].values.removeLast(families[index].values.count - families[index].count)
      families[index].isChanged = true
    }
    guard families[index].isChanged else { return }
    families[index].isChanged = false
    families[index].revision += 1
    var seen: Set<ArraySlice<UInt8>> = []
    seen.reserveCapacity(families[index].count)
    var unique = 0
    for position in 0..<families[index].count {
      let slot = families[index].slots[position]
      guard seen.insert(slot.bytes[slot.keyLength...]).inserted else {
        problems.duplicates += 1
        continue
      }
      families[index].slots[unique] = slot
      families[index].values[unique] = families[index].values[position]
      unique += 1
    }
    families[index].slots.removeLast(families[index].count - unique)
    families[index].values.removeLast(families[index].count - unique)
    families[index].count = unique
  }

  private func append(_ record: FamilyRecord, to text: inout FamilyText) {
    let start = text.bytes.count
    text.bytes.append(contentsOf: record.header)
    let body = text.bytes.count
    for position in 0..<record.count {
      let slot = record.slots[position]
      text.bytes.append(contentsOf: slot.bytes[slot.keyLength...])
      FloatFormat.append(record.values[position], to: &text.bytes)
      text.bytes.append(UInt8(ascii: "\n"))
    }
    text.sections.append(
      FamilyText.Section(
        name: record.name, type: record.type, header: start..<body, body: body..<text.bytes.count,
        series: record.count, revision: record.revision))
  }
}
