import YAMLDecoding
import TestSupport
import Testing

@testable import ExporterConfiguration

@Suite struct ProcessNamingFileTests {
  private func errors(in text: String) throws -> [String] {
    let folder = try TemporaryDirectory(prefix: "tocsin-processes")
    let diagnostics = ConfigDiagnostics()
    _ = ProcessNamingFile.read(
      file: try folder.write(text, to: "processes.yml"), diagnostics: diagnostics)
    return diagnostics.errors.map { $0.description.replacing(folder.path + "/", with: "") }
  }

  @Test func aFileOfProcessExporterIsReadUnchanged() throws {
    let text = """
      process_names:
        - name: "{{.Matches.app}}"
          cmdline: ['^node /srv/(?P<app>[^/]+)/server.js']
        - comm: [bash, sh]
        - name: "{{.ExeFull}}"
          exe: [/usr/sbin/nginx, postgres]
      """
    #expect(try errors(in: text).isEmpty)
  }

  @Test(arguments: [
    ("process_names:\n  - name: x\n", "processes.yml:2:5", "comm"),
    ("process_names:\n  - cmdline: ['(']\n", "processes.yml:2:5", "regular"),
    ("process_name: []\n", "processes.yml:1:1", "process_names"),
    ("process_names:\n  - {name: '{{.Nope}}', comm: [a]}\n", "processes.yml:2:5", "Nope"),
  ])
  func mistakesAreNamed(text: String, place: String, word: String) throws {
    let errors = try errors(in: text)
    #expect(errors.first?.hasPrefix(place) == true, "\(errors)")
    #expect(errors.first?.contains(word) == true, "\(errors)")
  }
}
