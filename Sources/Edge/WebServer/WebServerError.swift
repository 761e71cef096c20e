/// Why a server could not start; the description is one line with the address and the fix.
package enum WebServerError: Error, Equatable, CustomStringConvertible {
  case invalidAddress(String, reason: String)
  case addressInUse(ListenAddress)
  case permissionDenied(ListenAddress)
  case addressNotLocal(ListenAddress)
  case unknownHost(ListenAddress, reason: String)
  case system(ListenAddress, reason: String)

  package var description: String {
    switch self {
    case .invalidAddress(let text, let reason):
      "invalid listen address \"\(text)\": \(reason); write host:port, for example 127.0.0.1:9930"
    case .addressInUse(let address):
      "cannot listen on \(address): the port is in use; stop the program that listens there or choose another port"
    case .permissionDenied(let address):
      "cannot listen on \(address): permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, choose a higher one"
    case .addressNotLocal(let address):
      "cannot listen on \(address): no interface of this host has this address; use one of this host's addresses"
    case .unknownHost(let address, let reason):
      "cannot listen on \(address): the host name does not resolve (\(reason)); write an IP address"
    case .system(let address, let reason):
      "cannot listen on \(address): \(reason)"
    }
  }
}
