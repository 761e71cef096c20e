import Codecs

/// Finds the handler of a request by method and path.
///
/// Literal segments take precedence over `:name` segments, and both over prefixes, of which the
/// longest wins; the order of registration does not matter. A path without a handler is answered
/// 404, a known path with another method 405 with `Allow`. HEAD is answered by the handler of GET;
/// the server omits the body.
package struct Router: Sendable {
  /// The handler of paths that have no route.
  package var notFound: HTTPHandler = { _ in .text("404 not found\n", status: 404) }

  private var routes: [Route] = []
  private var prefixes: [Route] = []

  package init() {}

  /// Answers a request with the handler of the best matching route.
  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard let (route, parameters) = match(request.rawPath) else { return await notFound(request) }
    guard let handler = route.handler(for: request.method) else {
      var response = HTTPResponse.text("405 method not allowed\n", status: 405)
      response.headers["Allow"] = route.allowed
      return response
    }
    var request = request
    request.pathParameters = parameters
    return await handler(request)
  }

  /// Registers a handler for GET and HEAD; a segment `:name` matches any one segment.
  package mutating func get(_ path: String, _ handler: @escaping HTTPHandler) {
    on(.get, path, handler)
  }

  /// Registers a handler for POST.
  package mutating func post(_ path: String, _ handler: @escaping HTTPHandler) {
    on(.post, path, handler)
  }

  /// Registers a handler for PUT.
  package mutating func put(_ path: String, _ handler: @escaping HTTPHandler) {
    on(.put, path, handler)
  }

  /// Registers a handler for DELETE.
  package mutating func delete(_ path: String, _ handler: @escaping HTTPHandler) {
    on(.delete, path, handler)
  }

  /// Registers a handler for any method.
  ///
  /// - Precondition: The method and path have no handler yet.
  package mutating func on(_ method: HTTPMethod, _ path: String, _ handler: @escaping HTTPHandler) {
    Self.add(method, path, handler, to: &routes)
  }

  /// Registers a handler for all paths that begin with `path`, which must end with a slash; the
  /// rest of the path is `pathParameters["*"]`, decoded.
  package mutating func prefix(
    _ path: String, methods: [HTTPMethod] = [.get], _ handler: @escaping HTTPHandler
  ) {
    precondition(path.hasSuffix("/"), "a prefix ends with a slash: \(path)")
    for method in methods { Self.add(method, path, handler, to: &prefixes) }
  }

  private static func add(
    _ method: HTTPMethod, _ path: String, _ handler: @escaping HTTPHandler,
    to routes: inout [Route]
  ) {
    precondition(path.hasPrefix("/"), "a path begins with a slash: \(path)")
    let index = routes.firstIndex { $0.path == path } ?? routes.count
    if index == routes.count { routes.append(Route(path: path)) }
    precondition(routes[index].handlers[method] == nil, "registered twice: \(method) \(path)")
    routes[index].handlers[method] = handler
  }

  private func match(_ rawPath: String) -> (Route, [String: String])? {
    let segments = Route.segments(of: rawPath)
    var best: (route: Route, parameters: [String: String])?
    for route in routes {
      guard let parameters = route.parameters(matching: segments) else { continue }
      if let current = best, !route.isMoreSpecific(than: current.route) { continue }
      best = (route, parameters)
    }
    if let best { return best }
    guard
      let prefix = prefixes.filter({ rawPath.hasPrefix($0.path) })
        .max(by: { $0.path.utf8.count < $1.path.utf8.count })
    else { return nil }
    let rest = rawPath.dropFirst(prefix.path.count)
    return (prefix, ["*": PercentEncoding.decode(rest, plusIsSpace: false) ?? String(rest)])
  }
}

/// The handlers of one registered path.
private struct Route: Sendable {
  let path: String
  let segments: [Substring]
  var handlers: [HTTPMethod: HTTPHandler] = [:]

  init(path: String) {
    self.path = path
    segments = Self.segments(of: path)
  }

  static func segments(of path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  func handler(for method: HTTPMethod) -> HTTPHandler? {
    handlers[method] ?? (method == .head ? handlers[.get] : nil)
  }

  /// The value of the `Allow` header.
  var allowed: String {
    var methods = Set(handlers.keys)
    if methods.contains(.get) { methods.insert(.head) }
    return methods.map(\.rawValue).sorted().joined(separator: ", ")
  }

  func parameters(matching segments: [Substring]) -> [String: String]? {
    guard segments.count == self.segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (pattern, segment) in zip(self.segments, segments) {
      if pattern.utf8.first == UInt8(ascii: ":") {
        guard !segment.isEmpty, let value = PercentEncoding.decode(segment, plusIsSpace: false)
        else {
          return nil
        }
        parameters[String(pattern.dropFirst())] = value
      } else if PercentEncoding.decode(segment, plusIsSpace: false) != String(pattern) {
        return nil
      }
    }
    return parameters
  }

  func isMoreSpecific(than other: Route) -> Bool {
    for (mine, others) in zip(segments, other.segments) {
      let isLiteral = mine.first != ":"
      if isLiteral != (others.first != ":") { return isLiteral }
    }
    return false
  }
}
