import CCurl

/// The functions that libcurl calls on the driver's thread; `context` is the ``Transfer``.
enum TransferCallbacks {
  typealias Callback =
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
    ) -> Int

  static let body: Callback = { data, size, count, context in
    guard let transfer = unsafe transfer(context) else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
    return unsafe transfer.receiveBody(bytes) ? size * count : refusal(of: size * count)
  }

  static let header: Callback = { data, size, count, context in
    guard let transfer = unsafe transfer(context) else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: size * count)
    return unsafe transfer.receiveHeader(bytes) ? size * count : refusal(of: size * count)
  }

  static let upload: Callback = { data, size, count, context in
    guard let transfer = unsafe transfer(context) else { return Int(CURL_READFUNC_ABORT) }
    return unsafe transfer.fillUpload(
      UnsafeMutableRawBufferPointer(start: data, count: size * count))
  }

  /// A result that aborts the transfer: any number other than `count`.
  private static func refusal(of count: Int) -> Int { count == 0 ? 1 : 0 }

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}
