package import WebServer

/// The HTTP APIs of Prometheus and of Alertmanager.
package enum APIRoutes {
  /// Registers all endpoints.
  package static func routes(into router: inout Router, sources: APISources) {
    QueryEndpoints(sources).register(in: &router)
    SeriesEndpoints(sources).register(in: &router)
    RuleEndpoints(sources).register(in: &router)
    TargetEndpoints(sources).register(in: &router)
    FederationEndpoint(sources).register(in: &router)
    StatusEndpoints(sources).register(in: &router)
    guard let alertRouter = sources.alertRouter else { return }
    RoutedAlertEndpoints(alertRouter, now: sources.now).register(in: &router)
    SilenceEndpoints(alertRouter, now: sources.now).register(in: &router)
    RouterStatusEndpoint(sources.status).register(in: &router)
  }
}

extension Router {
  /// Registers a GET endpoint of the Prometheus API.
  mutating func api(_ path: String, _ handler: @escaping APIHandler) {
    get("/api/v1/" + path, Envelope.wrap(handler))
  }

  /// Registers a GET endpoint of the Prometheus API that also accepts its parameters as the form of
  /// a POST.
  mutating func apiForm(_ path: String, _ handler: @escaping APIHandler) {
    api(path, handler)
    post("/api/v1/" + path, Envelope.wrap(handler))
  }
}
