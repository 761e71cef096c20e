import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Temperatures, fans, voltages and the like, from /sys/class/hwmon.
struct HardwareMonitorCollector: RememberingCollector {
  private let chipFilter: NameFilter
  private let sensorFilter: NameFilter
  private let proc: ProcRoot
  private var files: SmallFiles
  private var list = NameList()
  private var chips: [HardwareChip] = []
  private var revision = 0

  init(_ context: SystemContext) {
    proc = context.proc
    files = SmallFiles(root: proc.sys)
    chipFilter = context.patterns.hardwareChips
    sensorFilter = context.patterns.hardwareSensors
  }

  static let place = "class/hwmon"
  private static let labels = ["chip", "sensor"]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    var isChanged = false
    if list.revision != revision {
      revision = list.revision
      let before = chips
      chips = list.names.map { name in before.first { $0.directory == name } ?? HardwareChip(name) }
      isChanged = true
    }
    for index in chips.indices {
      let chipChanged = chips[index].update(proc, &files)
      isChanged = isChanged || chipChanged
    }
    if isChanged { nameChips() }
    for chip in chips where chip.isShown { add(chip, to: &buffer) }
  }

  /// Makes the names of chips unique: two functions of one device would otherwise have the same
  /// name.
  private mutating func nameChips() {
    var seen: [String: Int] = [:]
    for chip in chips { seen[chip.plainName, default: 0] += 1 }
    for index in chips.indices {
      let plain = chips[index].plainName
      chips[index].name =
        seen[plain, default: 0] > 1 ? "\(plain)_\(chips[index].directory)" : plain
      chips[index].isShown = chipFilter.shows(chips[index].name)
      chips[index].chooseSensors(&files, sensorFilter)
    }
  }

  private mutating func add(_ chip: HardwareChip, to buffer: inout FamilyBuffer) {
    if !chip.label.isEmpty {
      buffer.family(
        "node_hwmon_chip_names", .gauge, "The chip's name; the value is always 1.",
        labels: ["chip", "chip_name"])
      buffer.add(1, chip.name, chip.label)
    }
    for sensor in chip.sensors {
      // A driver may refuse or fail; the sample is then left out.
      guard files.reads(Self.place, chip.directory, sensor.folder, sensor.file) else { continue }
      if sensor.isLabel {
        buffer.family(
          "node_hwmon_sensor_label", .gauge, "The sensor's label; the value is always 1.",
          labels: ["chip", "label", "sensor"])
        buffer.beginSample()
        buffer.label(chip.name)
        buffer.label(files.text)
        buffer.label(sensor.name)
        buffer.endSample(1)
        continue
      }
      guard let number = files.text.decimal else { continue }
      buffer.family(
        sensor.family, sensor.type, "A reading of a hardware monitor.", labels: Self.labels)
      buffer.add(sensor.value(of: number), chip.name, sensor.shownName)
    }
  }
}

/// A chip and its sensors, read again only when its directory changes.
struct HardwareChip: Sendable {
  /// A file of a sensor and the metric made of it.
  struct Sensor: Sendable {
    let name: String
    let property: String
    /// Empty, or `device` for old drivers.
    let folder: String
    let file: String
    /// The value of the label `sensor`.
    var shownName = ""
    var family = ""
    var type = MetricType.gauge
    /// The divisor of the kernel's number; nil for a switch, which is 1 or 0.
    var divisor: Double?

    var isLabel: Bool { property == "label" }

    func value(of number: Double) -> Double {
      guard let divisor else { return number == 1 ? 1 : 0 }
      return divisor == 1 ? number : number / divisor
    }
  }

  /// The name of its directory.
  let directory: String
  /// Its name unless another chip has the same.
  private(set) var plainName = ""
  /// The text of its file `name`, used as a label.
  private(set) var label = ""
  var name = ""
  var isShown = false
  private(set) var sensors: [Sensor] = []

  private var link: [UInt8] = []
  private var own = NameList()
  private var device = NameList()
  private var rawName: [UInt8] = []
  private var revisions = (own: -1, device: -1)

  init(_ directory: String) {
    self.directory = directory
  }

  /// Reads the directory. Returns true if anything about the chip changed.
  mutating func update(_ proc: ProcRoot, _ files: inout SmallFiles) -> Bool {
    let place = HardwareMonitorCollector.place
    let isLink = files.readsLink(place, directory)
    let hasMoved = isLink ? !files.bytes.isSame(as: link) : !link.isEmpty
    if hasMoved { link = isLink ? files.bytes.array : [] }
    let hasName = files.reads(place, directory, "name")
    let isRenamed = hasName ? !files.text.isSame(as: rawName) : !rawName.isEmpty
    if isRenamed { rawName = hasName ? files.text.array : [] }
    _ = try? files.lists(&own, place, directory)
    _ = try? files.lists(&device, place, directory, "device")
    guard
      hasMoved || isRenamed || revisions != (own.revision, device.revision)
    else { return false }
    revisions = (own.revision, device.revision)
    label = HardwareSensor.metricPart(String(decoding: rawName, as: UTF8.self))
    plainName = Self.chipName(directory, label, proc)
    return true
  }

  /// The name of a chip by the path of its device, which unlike its number is the same after a
  /// reboot; by its own name if it has no device.
  private static func chipName(_ directory: String, _ label: String, _ proc: ProcRoot) -> String {
    if let path = proc.sysLinkTarget("\(HardwareMonitorCollector.place)/\(directory)/device") {
      let parts = path.split(separator: "/")
      let device = parts.last.map { HardwareSensor.metricPart(String($0)) } ?? ""
      let kind = parts.dropLast().last.map { HardwareSensor.metricPart(String($0)) } ?? ""
      if !device.isEmpty, device != "__" {
        return kind.isEmpty ? device : "\(kind)_\(device)"
      }
    }
    return label.isEmpty ? HardwareSensor.metricPart(directory) : label
  }

  /// Finds the sensors among the files of the chip's directory and of its device's, in order of
  /// their names.
  mutating func chooseSensors(_ files: inout SmallFiles, _ filter: NameFilter) {
    var found: [String: [String: Sensor]] = [:]
    for (folder, list) in [("", own), ("device", device)] {
      for file in list.names {
        guard let sensor = HardwareSensor(file: file), filter.shows("\(name);\(sensor.name)")
        else { continue }
        found[sensor.name, default: [:]][sensor.property] = Sensor(
          name: sensor.name, property: sensor.property, folder: folder, file: file)
      }
    }
    sensors = []
    for (_, properties) in found.sorted(by: { $0.key < $1.key }) {
      for (_, sensor) in properties.sorted(by: { $0.key < $1.key }) {
        let label = properties["label"].flatMap {
          files.line(HardwareMonitorCollector.place, directory, $0.folder, $0.file)
        }
        if let known = Self.described(sensor, label, hasPlainFile: properties[""] != nil) {
          sensors.append(known)
        }
      }
    }
  }

  /// The sensor with its metric; nil if it is not exposed.
  private static func described(_ sensor: Sensor, _ label: String?, hasPlainFile: Bool) -> Sensor? {
    var sensor = sensor
    sensor.shownName = sensor.name
    let kind = String(sensor.name.prefix { !$0.isNumber })
    if kind == "freq", sensor.property == "input" {
      guard let label else { return nil }
      sensor.family = "node_hwmon_freq_freq_mhz"
      sensor.divisor = 1e6
      sensor.shownName = HardwareSensor.metricPart(label)
      return sensor
    }
    let million = HardwareSensor.reading(kind, sensor.property, 1e6, hasPlainFile: hasPlainFile)
    sensor.family = "node_hwmon_\(million.name)"
    sensor.type = million.type
    sensor.divisor = kind == "beep_enable" ? nil : 1e6 / million.value
    return sensor
  }
}
