import CollectorCore
import MetricModel

/// Files of a device's directory below sysfs that hold one number each, and the families they become.
struct DeviceTable: Sendable {
  /// One file and its family.
  struct Column: Sendable {
    let file: String
    let name: String
    let type: MetricType
    /// What the kernel's number is divided by.
    let divisor: Double
    let help: String

    init(
      _ file: String, _ name: String, _ type: MetricType, per divisor: Double = 1,
      _ help: String
    ) {
      self.file = file
      self.name = name
      self.type = type
      self.divisor = divisor
      self.help = help
    }
  }

  let columns: [Column]
  let labels: [String]

  /// Begins the families, which `add` then fills.
  func families(in buffer: inout FamilyBuffer) -> [FamilyBuffer.FamilyID] {
    columns.map { buffer.family($0.name, $0.type, $0.help, labels: labels) }
  }

  /// Adds what the files of one device say. A file that is absent, refused or no number is no sample.
  func add(
    _ directory: String, _ values: [String], _ families: [FamilyBuffer.FamilyID], proc: ProcRoot,
    to buffer: inout FamilyBuffer
  ) {
    for (column, family) in zip(columns, families) {
      guard let number = proc.sysNumber("\(directory)/\(column.file)") else { continue }
      buffer.add(
        column.divisor == 1 ? number : number / column.divisor, values: values, to: family)
    }
  }
}

extension ProcRoot {
  /// The number in a one-line file below `/sys`, decimal or `0x` hexadecimal; nil if there is none.
  func sysNumber(_ path: String) -> Double? {
    guard let file = try? readSys(path) else { return nil }
    let text = file.span.trimmed
    if text.starts(with: "0x") {
      return text.extracting(droppingFirst: 2).hexadecimal.map { Double($0) }
    }
    return text.signed.map { Double($0) }
  }

  /// The sorted names in a directory below `/sys`; `NoData` if the machine does not have it.
  func devices(_ path: String) throws -> [String] {
    do {
      return try Directory.open("\(sys)/\(path)").names()
    } catch {
      guard error.isMissing else { throw error }
      throw NoData("\(sys)/\(path) does not exist")
    }
  }
}

extension String {
  /// What stands behind a prefix if it is a number and nothing else: "0" of "mc0".
  func number(after prefix: String) -> String? {
    guard hasPrefix(prefix) else { return nil }
    let rest = dropFirst(prefix.count)
    guard !rest.isEmpty, rest.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return String(rest)
  }
}
