import Testing
import WebServer

@Suite struct RouterTests {
  static let router: Router = {
    var router = Router()
    func named(_ name: String) -> HTTPHandler {
      { request in
        let parameters = request.pathParameters.sorted { $0.key < $1.key }
        return .text(name + parameters.map { " \($0.key)=\($0.value)" }.joined())
      }
    }
    router.get("/", named("root"))
    router.get("/metrics", named("metrics"))
    router.get("/api/v1/query", named("query"))
    router.post("/api/v1/query", named("query post"))
    router.get("/api/v1/label/:name/values", named("values"))
    router.get("/api/v1/label/job/values", named("job values"))
    router.delete("/api/v2/silence/:id", named("delete silence"))
    router.get("/api/v2/:kind/:id", named("any"))
    router.prefix("/static/", named("static"))
    router.prefix("/static/deep/", methods: [.get, .put], named("deep"))
    return router
  }()

  @Test(arguments: [
    ("GET", "/", 200, "root"), ("GET", "/metrics", 200, "metrics"),
    ("HEAD", "/metrics", 200, "metrics"), ("GET", "/metric%73", 200, "metrics"),
    ("GET", "/metrics/", 404, ""), ("GET", "//metrics", 404, ""), ("GET", "/none", 404, ""),
    ("POST", "/api/v1/query?x=1", 200, "query post"),
    ("GET", "/api/v1/label/instance/values", 200, "values name=instance"),
    ("GET", "/api/v1/label/job/values", 200, "job values"),
    ("GET", "/api/v1/label/a%2Fb/values", 200, "values name=a/b"),
    ("GET", "/api/v1/label//values", 404, ""),
    ("DELETE", "/api/v2/silence/7", 200, "delete silence id=7"),
    ("GET", "/api/v2/alert/7", 200, "any id=7 kind=alert"),
    ("GET", "/static/a/b.css", 200, "static *=a/b.css"), ("GET", "/static/", 200, "static *="),
    ("GET", "/static/deep/x%20y", 200, "deep *=x y"), ("PUT", "/static/deep/x", 200, "deep *=x"),
    ("GET", "/static", 404, ""),
  ])
  func findsTheMostSpecificHandler(
    method: String, target: String, status: Int, text: String
  ) async throws {
    let request = try HTTPRequest(method: HTTPMethod(rawValue: method), target: target)
    let response = await Self.router.respond(to: request)
    #expect(response.status == status)
    if status == 200 { #expect(String(decoding: response.body, as: UTF8.self) == text) }
  }

  @Test(arguments: [
    ("POST", "/metrics", "GET, HEAD"), ("PUT", "/api/v1/query", "GET, HEAD, POST"),
    ("HEAD", "/api/v2/silence/7", "DELETE"), ("POST", "/static/x", "GET, HEAD"),
    ("BREW", "/", "GET, HEAD"),
  ])
  func otherMethodsAreAnsweredWithTheAllowedOnes(method: String, target: String, allowed: String)
    async throws
  {
    let request = try HTTPRequest(method: HTTPMethod(rawValue: method), target: target)
    let response = await Self.router.respond(to: request)
    #expect(response.status == 405)
    #expect(response.headers["Allow"] == allowed)
  }

  @Test func theAnswerToUnknownPathsCanBeReplaced() async throws {
    var router = Self.router
    router.notFound = { .json(Array("{\"path\":\"\($0.path)\"}".utf8), status: 404) }
    let response = await router.respond(to: try HTTPRequest(target: "/none"))
    #expect(response.headers["Content-Type"] == "application/json")
    #expect(response.body == Array("{\"path\":\"/none\"}".utf8))
  }

  @Test func mistakesOfTheProgramEndIt() async {
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/a", { _ in .text("") })
      router.get("/a", { _ in .text("") })
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("a", { _ in .text("") })
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.prefix("/a", { _ in .text("") })
    }
  }
}
