import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Bonded network devices and the numbers of their working members, from /sys/class/net.
struct BondingCollector: RememberingCollector {
  private var files: SmallFiles

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "class/net"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    guard let masters = files.line(Self.place, "bonding_masters") else {
      throw NoData("there is no bonding driver")
    }
    let slaves = buffer.family(
      "node_bonding_slaves", .gauge, "Devices that belong to the bond.", labels: ["master"])
    let active = buffer.family(
      "node_bonding_active", .gauge, "Devices of the bond whose link is up.", labels: ["master"])
    for master in masters.split(separator: " ").map(String.init) {
      let names = (files.line(Self.place, master, "bonding", "slaves") ?? "").split(separator: " ")
      let up = names.filter { name in
        // Kernels before 3.13 call the link slave_, later ones lower_.
        let state =
          files.line(Self.place, master, "lower_\(name)", "bonding_slave", "mii_status")
          ?? files.line(Self.place, master, "slave_\(name)", "bonding_slave", "mii_status")
        return state == "up"
      }
      buffer.add(Double(names.count), master, to: slaves)
      buffer.add(Double(up.count), master, to: active)
    }
  }
}
