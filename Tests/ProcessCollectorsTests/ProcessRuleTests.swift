import Testing

@testable import ProcessCollectors

private let node = ProcessDescription(
  pid: 520, comm: "node", executable: "/opt/node/bin/node",
  arguments: ["node", "/srv/app/server.js", "--port", "3000"], username: "www-data",
  startTime: "2023-11-14T22:13:40Z", cgroups: ["/system.slice/app.service"])

@Test(arguments: [
  (ProcessRuleCase(comm: ["node"]), "node"),
  (ProcessRuleCase(comm: ["nod"]), nil),
  (ProcessRuleCase(comm: ["x", "node"], exe: ["node"]), "node"),
  (ProcessRuleCase(comm: ["node"], exe: ["nginx"]), nil),
  (ProcessRuleCase(exe: ["/opt/node/bin/node"]), "node"),
  (ProcessRuleCase(exe: ["/usr/bin/node"]), nil),
  (ProcessRuleCase(name: "{{.Comm}}/{{.Username}}", cmdline: ["server"]), "node/www-data"),
  (ProcessRuleCase(cmdline: ["server", "--port 3000"]), "node"),
  (ProcessRuleCase(cmdline: ["server", "--port 4000"]), nil),
  (
    ProcessRuleCase(
      name: "{{ .Matches.script }}:{{.Matches.port}}",
      cmdline: [#"/(?P<script>[^/ ]+)\.js"#, #"--port (?P<port>\d+)"#]), "server:3000"
  ),
  (
    ProcessRuleCase(name: "{{.ExeFull}} {{.PID}} {{.Cgroups}} {{.StartTime}}", comm: ["node"]),
    "node 520 [/system.slice/app.service] 2023-11-14T22:13:40Z"
  ),
])
func rulesTakeAndNameProcesses(rule: ProcessRuleCase, name: String?) throws {
  #expect(try rule.make().groupName(of: node) == name)
}

struct ProcessRuleCase: Sendable {
  var name: String?
  var comm: [String] = []
  var exe: [String] = []
  var cmdline: [String] = []

  func make() throws -> ProcessRule {
    try ProcessRule(name: name, comm: comm, exe: exe, cmdline: cmdline)
  }
}

@Test(arguments: [
  (ProcessRuleCase(), "a rule needs at least one of comm, exe and cmdline"),
  (ProcessRuleCase(name: "{{.Comm", comm: ["a"]), #"name "{{.Comm": "{{" without "}}""#),
  (ProcessRuleCase(name: "{{.Nonsense}}", comm: ["a"]), "{{.Nonsense}} is not supported"),
  (ProcessRuleCase(name: "{{if .Comm}}", comm: ["a"]), "{{if .Comm}} is not supported"),
  (ProcessRuleCase(name: "{{.Matches.x}}", cmdline: ["a"]), "name uses .Matches.x"),
  (ProcessRuleCase(cmdline: ["("]), "cmdline: invalid regular expression"),
  (ProcessRuleCase(cmdline: ["(?=a)"]), "cmdline: invalid regular expression"),
  (ProcessRuleCase(comm: ["sixteen-byte-nam"]), "can never match"),
])
func rulesThatCannotWorkAreRefused(rule: ProcessRuleCase, message: String) {
  let error = #expect(throws: ProcessNamingError.self) { try rule.make() }
  #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
}

@Test func theFirstRuleThatTakesAProcessCounts() throws {
  let naming = ProcessNaming(rules: [
    try ProcessRule(name: "first", comm: ["nginx"]),
    try ProcessRule(name: "second", comm: ["node"]),
    try ProcessRule(name: "third", exe: ["node"]),
  ])
  #expect(naming.groupName(of: node) == "second")
}

@Test func withoutRulesTheRealExecutableNamesTheGroup() {
  let nginx = ProcessDescription(
    pid: 1, comm: "nginx", executable: "/usr/sbin/nginx",
    arguments: ["nginx: master process /usr/sbin/nginx -g daemon on;"])
  #expect(ProcessNaming.byExecutable.groupName(of: nginx) == "nginx")
  let unreadable = ProcessDescription(pid: 1, comm: "secret", arguments: ["/bin/other"])
  #expect(ProcessNaming.byExecutable.groupName(of: unreadable) == "secret")
  let kernel = ProcessDescription(pid: 2, isKernelThread: true, comm: "kthreadd")
  #expect(ProcessNaming.byExecutable.groupName(of: kernel) == nil)
}
