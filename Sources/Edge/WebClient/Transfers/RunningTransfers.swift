/// The running transfers of a driver, by the addresses of their handles.
struct RunningTransfers {
  private var byAddress: [UInt: Transfer] = [:]
  /// The number of transfers that are not ``Transfer/isQuick``.
  private var slow = 0
  private var hasNew = false

  var isEmpty: Bool { byAddress.isEmpty }

  /// All transfers, in no particular order.
  var transfers: some Sequence<Transfer> { byAddress.values }

  mutating func insert(_ transfer: Transfer) {
    byAddress[transfer.address] = transfer
    if transfer.isQuick { hasNew = true } else { slow += 1 }
  }

  /// Removes a transfer; returns nil if it is not running.
  mutating func remove(_ address: UInt) -> Transfer? {
    guard let transfer = byAddress.removeValue(forKey: address) else { return nil }
    if !transfer.isQuick { slow -= 1 }
    return transfer
  }

  /// Whether the driver should wait a moment for responses to accumulate before it polls the
  /// sockets: requests were sent since the last call, and all running transfers are quick.
  mutating func takeGathering() -> Bool {
    defer { hasNew = false }
    return hasNew && slow == 0
  }
}
