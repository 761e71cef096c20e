/// The transfers that a driver runs, by the addresses of their handles.
struct RunningTransfers {
  private var byAddress: [UInt: Transfer] = [:]
  /// How many of them are not ``Transfer/isQuick``.
  private var slow = 0
  private var hasNew = false

  var isEmpty: Bool { byAddress.isEmpty }

  /// All of them, in no order.
  var transfers: some Sequence<Transfer> { byAddress.values }

  mutating func insert(_ transfer: Transfer) {
    byAddress[transfer.address] = transfer
    if transfer.isQuick { hasNew = true } else { slow += 1 }
  }

  /// Takes one out; nil if it does not run.
  mutating func remove(_ address: UInt) -> Transfer? {
    guard let transfer = byAddress.removeValue(forKey: address) else { return nil }
    if !transfer.isQuick { slow -= 1 }
    return transfer
  }

  /// Whether the driver shall let answers gather before it looks at the sockets: requests were sent since the last call, and all
  /// that run are quick.
  mutating func takeGathering() -> Bool {
    defer { hasNew = false }
    return hasNew && slow == 0
  }
}
