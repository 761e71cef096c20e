import Testing

@testable import ProcessCollectors

struct DetectorCase: Sendable {
  var program: String
  var arguments: [String]
  var comm = "x"
  var managedName: String?
  var name: String?
}

@Test(arguments: [
  DetectorCase(
    program: "/usr/bin/node", arguments: ["node", "/srv/shop/dist/index.js"],
    name: "node:shop/index.js"),
  DetectorCase(
    program: "/usr/bin/node", arguments: ["node", "-r", "dotenv/config", "--inspect", "job.js"],
    name: "node:job.js"),
  DetectorCase(program: "/usr/bin/node", arguments: ["node", "-e", "1+1"], name: "node"),
  DetectorCase(
    program: "/usr/bin/node", arguments: ["node /srv/api/server.js"], name: "node:api/server.js"),
  DetectorCase(
    program: "/usr/bin/node", arguments: ["node", "/srv/a.js"], managedName: "shop",
    name: "pm2:shop"),
  DetectorCase(
    program: "/usr/bin/node", arguments: ["PM2 v5.3.0: God Daemon (/home/app/.pm2)"], name: "pm2"),
  DetectorCase(
    program: "/usr/sbin/nginx", arguments: ["nginx: worker process"], name: "nginx"),
  DetectorCase(
    program: "/usr/lib/postgresql/15/bin/postgres",
    arguments: ["postgres: 15/main: app shop 10.0.0.1(5444) idle"], name: "postgres"),
  DetectorCase(
    program: "/usr/bin/redis-check-rdb", arguments: ["/usr/bin/redis-server 127.0.0.1:6379"],
    comm: "redis-server", name: "redis"),
  DetectorCase(
    program: "/usr/bin/redis-check-rdb", arguments: ["redis-server *:6380 [cluster]"],
    comm: "redis-server", name: "redis:6380"),
  DetectorCase(
    program: "/usr/bin/python3.11", arguments: ["gunicorn: master [shop.wsgi]"],
    name: "gunicorn:shop.wsgi"),
  DetectorCase(
    program: "/usr/bin/python3.11",
    arguments: [
      "/venv/bin/python", "/venv/bin/gunicorn", "-w", "4", "--preload", "shop.wsgi:application",
      "-b", "127.0.0.1:8000",
    ], name: "gunicorn:shop.wsgi"),
  DetectorCase(
    program: "/usr/bin/python3",
    arguments: ["python3", "/venv/bin/celery", "-A", "shop", "worker"],
    name: "celery:shop"),
  DetectorCase(
    program: "/usr/bin/python3.11",
    arguments: ["/usr/bin/python3", "-u", "/usr/bin/fail2ban-server"],
    name: "python:fail2ban-server"),
  DetectorCase(
    program: "/usr/bin/python3.11", arguments: ["python3", "-m", "http.server"],
    name: "python:http.server"),
  DetectorCase(program: "/usr/bin/python3", arguments: ["python3", "-c", "x"], name: "python"),
  DetectorCase(
    program: "/usr/bin/java", arguments: ["java", "-Xmx1g", "-jar", "/opt/app/shop-1.2.jar", "x"],
    name: "java:shop-1.2.jar"),
  DetectorCase(
    program: "/usr/bin/java", arguments: ["java", "-cp", "/opt/*", "org.shop.Main", "x"],
    name: "java:org.shop.Main"),
  DetectorCase(program: "/usr/bin/vim", arguments: ["vim", "server.js"], name: nil),
  DetectorCase(program: "/usr/bin/python3-config", arguments: ["x"], name: nil),
  DetectorCase(program: "/usr/bin/node", arguments: [], name: "node"),
])
func applicationsAreRecognised(_ each: DetectorCase) {
  var process = ProcessDescription(pid: 7, comm: each.comm, executable: each.program)
  process.arguments = each.arguments
  process.managedName = each.managedName
  #expect(ApplicationDetector.choice(for: process)?.name == each.name)
}

@Test func onlyPM2sNameIsTakenFromAnEnvironment() {
  let managed = "SECRET=1\0name=shop\0pm_id=0\0"
  #expect(ProcessReader.managedName(managed.utf8.span) == "shop")
  #expect(ProcessReader.managedName("name=shop\0SECRET=2".utf8.span) == nil)
  #expect(ProcessReader.managedName("".utf8.span) == nil)
}

private let container = String(repeating: "0123456789abcdef", count: 4)

@Test(
  arguments: [
    ("/system.slice/nginx.service", "nginx.service", nil),
    ("/user.slice/user-1000.slice/user@1000.service/app.slice/x.service", "x.service", nil),
    ("/user.slice/user-0.slice/session-3.scope", "session-3.scope", nil),
    ("/system.slice/docker-\(container).scope", nil, "0123456789ab"),
    ("/docker/\(container)", nil, "0123456789ab"),
    ("/kubepods.slice/pod1.slice/cri-containerd-\(container).scope", nil, "0123456789ab"),
    ("/system.slice/docker-\(container).scope/init.scope", "init.scope", "0123456789ab"),
    ("/", nil, nil),
    ("/docker/\(container.dropLast())", nil, nil),
  ] as [(String, String?, String?)])
func unitsAndContainersStandInTheGroupsOfTheKernel(
  path: String, unit: String?, container: String?
) {
  let process = ProcessDescription(pid: 7, comm: "x", cgroups: [path])
  #expect(process.unit == unit)
  #expect(process.container == container)
}

@Test func ownRulesSelectAndNameByMore() throws {
  var process = ProcessDescription(
    pid: 7, comm: "x", executable: "/opt/app/bin/x", username: "www",
    cgroups: ["/system.slice/app.service"])
  process.arguments = ["y"]
  var own = ProcessRule.OwnSelectors()
  own.units = ["app.service"]
  own.executables = ["x"]
  let rule = try ProcessRule(name: "{{.Unit}} {{.Executable}} {{.Container}}", own: own)
  #expect(rule.groupName(of: process) == "app.service /opt/app/bin/x ")
  own.users = ["root"]
  #expect(try ProcessRule(name: "x", own: own).groupName(of: process) == nil)
  #expect(throws: ProcessNamingError.self) { try ProcessRule(name: "{{.Unit}}", comm: ["x"]) }
  #expect(throws: ProcessNamingError.self) {
    try ProcessRule(name: "x", own: ProcessRule.OwnSelectors())
  }
}

@Test(arguments: [
  (ProcessNaming.Key.application, "node:a.js"), (.executable, "node"), (.unit, "a.service"),
  (.container, "a.service"), (.user, "www"),
])
func theKeyNamesWhatNoRuleTakes(key: ProcessNaming.Key, name: String) {
  var process = ProcessDescription(
    pid: 7, comm: "x", executable: "/usr/bin/node", arguments: ["node", "a.js"],
    username: "www", cgroups: ["/system.slice/a.service"])
  #expect(ProcessNaming(rules: [], key: key).groupName(of: process) == name)
  process.isKernelThread = true
  #expect(ProcessNaming(rules: [], key: key).groupName(of: process) == nil)
}
