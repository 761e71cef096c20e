package import MetricModel

/// Metric families and their samples, as one writer of `/metrics` states them.
///
/// The buffer is reused from scrape to scrape. A series' `name{labels}` is rendered once; in later
/// scrapes the n-th sample of a family is compared with the n-th of the last scrape by its label
/// values, and only its number is new. Written in a steady order, a scrape therefore allocates
/// nothing per sample.
///
/// ```swift
/// buffer.gauge("node_load1", "Load average over 1 minute.", load.one)
/// buffer.family("node_cpu_seconds_total", .counter, "Seconds by mode.", labels: ["cpu", "mode"])
/// buffer.add(12.5, "0", "user")
/// ```
package struct FamilyBuffer: Sendable {
  /// Names a family of this buffer within one scrape, to add samples to several families in turn.
  package struct FamilyID: Hashable, Sendable {
    let index: Int
  }

  /// What was repaired or left out since the buffer was made.
  package internal(set) var problems = FamilyProblems()
  /// The number of samples accepted in the current scrape, duplicates included.
  package internal(set) var sampleCount = 0

  let limits: FamilyLimits
  /// Rendered labels that every sample carries: `server="a"`.
  let constantLabels: [UInt8]
  var families: [FamilyRecord] = []
  private var indexByName: [String: Int] = [:]
  private var scrape: UInt64 = 0
  private var begun = 0
  var current: Int?
  /// The key of the sample being added.
  var key: [UInt8] = []
  var keyLabels = 0
  /// Families in order of their names; nil when it must be computed.
  var order: [Int]?
  /// The size of the last text, to reserve as much.
  var lastSize = 0

  /// Makes an empty buffer.
  ///
  /// `constantLabels` are put first on every sample, such as `server` for one of several servers.
  package init(
    constantLabels: [(name: String, value: String)] = [], limits: FamilyLimits = FamilyLimits()
  ) {
    self.limits = limits
    var rendered: [UInt8] = []
    for label in constantLabels {
      if !rendered.isEmpty { rendered.append(UInt8(ascii: ",")) }
      ExpositionWriter.appendLabel(name: label.name, value: label.value, to: &rendered)
    }
    self.constantLabels = rendered
    key.reserveCapacity(256)
  }

  /// Begins a family, or takes up one that was begun before in this scrape, and makes it the one
  /// that `add` writes to. The first description of a scrape counts.
  @discardableResult
  package mutating func family(
    _ name: String, _ type: MetricType, _ help: String, labels: [String] = []
  ) -> FamilyID {
    let index = indexOfFamily(name, type, help, labels)
    current = index
    return FamilyID(index: index)
  }

  /// Writes a gauge without labels.
  package mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    family(name, .gauge, help)
    add(value)
  }

  /// Writes a counter without labels.
  package mutating func counter(_ name: String, _ help: String, _ value: Double) {
    family(name, .counter, help)
    add(value)
  }

  /// Writes a value of unknown type without labels.
  package mutating func untyped(_ name: String, _ help: String, _ value: Double) {
    family(name, .unknown, help)
    add(value)
  }

  /// Forgets the samples, not the series, before the next scrape.
  package mutating func beginScrape() {
    scrape += 1
    begun = 0
    sampleCount = 0
    current = nil
  }

  func isCurrent(_ record: FamilyRecord) -> Bool {
    record.scrape == scrape
  }

  private mutating func indexOfFamily(
    _ name: String, _ type: MetricType, _ help: String, _ labels: [String]
  ) -> Int {
    // In a steady scrape the n-th family begun is the n-th of the last time.
    let guess = begun
    let index: Int
    if guess < families.count, families[guess].name == name {
      index = guess
    } else if let known = indexByName[name] {
      index = known
    } else {
      families.append(FamilyRecord(name: name, type: type, help: help, labelNames: labels))
      index = families.count - 1
      indexByName[name] = index
      order = nil
    }
    if families[index].scrape != scrape {
      begun = index + 1
      families[index].begin(scrape: scrape)
      families[index].describe(type: type, help: help, labelNames: labels)
    }
    return index
  }

  /// Forgets families that were not written in the current scrape.
  mutating func removeStaleFamilies() {
    families.removeAll { $0.scrape != scrape }
    indexByName.removeAll(keepingCapacity: true)
    for (index, record) in families.enumerated() { indexByName[record.name] = index }
    order = nil
    current = nil
  }
}
