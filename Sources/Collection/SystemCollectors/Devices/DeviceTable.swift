import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The files of a device's directory below sysfs that contain one number each, and their families.
struct DeviceTable: Sendable {
  /// One file and its family.
  struct Column: Sendable {
    let file: String
    let name: String
    let type: MetricType
    /// The divisor of the kernel's number.
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

  /// Adds the numbers in the files of one device, `place/device/folder/file`. A file that is
  /// absent, refused or not a number gives no sample.
  func add(
    _ place: String, _ device: String, folder: String = "",
    _ families: [FamilyBuffer.FamilyID], _ files: inout SmallFiles, to buffer: inout FamilyBuffer
  ) {
    for (column, family) in zip(columns, families) {
      guard let number = files.number(place, device, folder, column.file) else { continue }
      buffer.add(column.divisor == 1 ? number : number / column.divisor, device, to: family)
    }
  }
}

extension SmallFiles {
  /// Adds the sample 1. Its labels are the device's name, for the label `named`, and the texts of
  /// the files with the names of the other labels.
  mutating func addInfo(
    _ place: String, _ device: String, _ labels: [String], named: String,
    to family: FamilyBuffer.FamilyID, in buffer: inout FamilyBuffer
  ) {
    buffer.beginSample()
    for label in labels {
      if label == named {
        buffer.label(device)
      } else {
        addLabel(to: &buffer, place, device, label)
      }
    }
    buffer.endSample(1, to: family)
  }
}

extension String {
  /// The rest after a prefix if it is a number: "0" of "mc0"; otherwise nil.
  func number(after prefix: String) -> String? {
    guard hasPrefix(prefix) else { return nil }
    let rest = dropFirst(prefix.count)
    guard !rest.isEmpty, rest.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return String(rest)
  }
}
