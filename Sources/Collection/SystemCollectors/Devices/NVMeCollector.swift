import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// NVMe controllers and their namespaces, from /sys/class/nvme.
struct NVMeCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var entries: [String: NameList] = [:]

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "class/nvme"

  private static let labels = ["device", "nsid"]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    let info = buffer.family(
      "node_nvme_info", .gauge, "The controller's model and state; the value is always 1.",
      labels: ["cntlid", "device", "firmware_revision", "model", "serial", "state"])
    let families = Families(in: &buffer)
    for controller in list.names {
      buffer.beginSample()
      files.addLabel(to: &buffer, Self.place, controller, "cntlid")
      buffer.label(controller)
      for file in ["firmware_rev", "model", "serial", "state"] {
        files.addLabel(to: &buffer, Self.place, controller, file)
      }
      buffer.endSample(1, to: info)
      _ = try files.lists(&entries[controller, default: NameList()], Self.place, controller)
      for name in entries[controller]?.names ?? [] {
        guard let namespace = Self.namespace(name, of: controller) else { continue }
        add(name, controller, namespace, families, to: &buffer)
      }
    }
  }

  /// The number of a namespace: `nvme0n1`, or `nvme0c1n1` where several paths lead to it.
  static func namespace(_ name: String, of controller: String) -> String? {
    guard name.hasPrefix(controller) else { return nil }
    let rest = name.dropFirst(controller.count)
    if let plain = String(rest).number(after: "n") { return plain }
    guard rest.first == "c", let dash = rest.firstIndex(of: "n") else { return nil }
    guard String(rest[..<dash]).number(after: "c") != nil else { return nil }
    return String(rest[dash...]).number(after: "n")
  }

  private mutating func add(
    _ name: String, _ controller: String, _ namespace: String, _ families: Families,
    to buffer: inout FamilyBuffer
  ) {
    buffer.beginSample()
    if files.reads(Self.place, controller, name, "ana_state") {
      buffer.label(files.text)
    } else {
      buffer.label("unknown")
    }
    buffer.label(controller)
    buffer.label(namespace)
    buffer.endSample(1, to: families.info)
    // The size is in sectors of 512 bytes; the used space is in blocks of the device.
    if let sectors = files.number(Self.place, controller, name, "size") {
      buffer.add(sectors * 512, controller, namespace, to: families.size)
      buffer.add(sectors * 512, controller, namespace, to: families.capacity)
    }
    guard
      let block = files.number(Self.place, controller, name, "queue", "logical_block_size")
    else { return }
    buffer.add(block, controller, namespace, to: families.block)
    if let used = files.number(Self.place, controller, name, "nuse") {
      buffer.add(used * block, controller, namespace, to: families.used)
    }
  }

  private struct Families {
    let info, capacity, size, used, block: FamilyBuffer.FamilyID

    init(in buffer: inout FamilyBuffer) {
      func gauge(_ name: String, _ help: String) -> FamilyBuffer.FamilyID {
        buffer.family("node_nvme_namespace_\(name)", .gauge, help, labels: NVMeCollector.labels)
      }
      info = buffer.family(
        "node_nvme_namespace_info", .gauge, "State of the path to it; the value is always 1.",
        labels: ["ana_state"] + NVMeCollector.labels)
      capacity = gauge("capacity_bytes", "Capacity of the namespace.")
      size = gauge("size_bytes", "Size of the namespace.")
      used = gauge("used_bytes", "Bytes of the namespace in use.")
      block = gauge("logical_block_size_bytes", "Size of a block.")
    }
  }
}
