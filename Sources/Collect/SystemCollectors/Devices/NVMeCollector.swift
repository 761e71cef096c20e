import CollectorCore
import MetricModel

/// NVMe controllers and their namespaces, from /sys/class/nvme.
struct NVMeCollector: Collector {
  let proc: ProcRoot

  private static let labels = ["device", "nsid"]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let controllers = try proc.devices("class/nvme")
    let info = buffer.family(
      "node_nvme_info", .gauge, "The controller's model and state; the value is always 1.",
      labels: ["cntlid", "device", "firmware_revision", "model", "serial", "state"])
    let families = Families(in: &buffer)
    for controller in controllers {
      let directory = "class/nvme/\(controller)"
      func line(_ file: String) -> String { proc.sysLine("\(directory)/\(file)") ?? "" }
      buffer.add(
        1,
        values: [
          line("cntlid"), controller, line("firmware_rev"), line("model"), line("serial"),
          line("state"),
        ], to: info)
      for name in try proc.sysNames(directory) {
        guard let namespace = Self.namespace(name, of: controller) else { continue }
        add("\(directory)/\(name)", [controller, namespace], families, to: &buffer)
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

  private func add(
    _ directory: String, _ labels: [String], _ families: Families, to buffer: inout FamilyBuffer
  ) {
    let state = proc.sysLine("\(directory)/ana_state") ?? "unknown"
    buffer.add(1, values: [state] + labels, to: families.info)
    // The size is in sectors of 512 bytes, what is used in blocks of the device.
    if let sectors = proc.sysNumber("\(directory)/size") {
      buffer.add(sectors * 512, values: labels, to: families.size)
      buffer.add(sectors * 512, values: labels, to: families.capacity)
    }
    guard let block = proc.sysNumber("\(directory)/queue/logical_block_size") else { return }
    buffer.add(block, values: labels, to: families.block)
    if let used = proc.sysNumber("\(directory)/nuse") {
      buffer.add(used * block, values: labels, to: families.used)
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
