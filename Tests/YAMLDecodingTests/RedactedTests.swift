import YAMLDecoding
import Testing

@Suite struct RedactedTests {
  private func node(_ text: String) throws -> ConfigNode {
    let source = ConfigSource(text: text, file: "alertmanager.yml")
    return try #require(ConfigDocument.root(of: source, into: ConfigDiagnostics()))
  }

  @Test func secretsAreReplacedHoweverTheyAreWritten() throws {
    let text = """
      global: {slack_api_url: "https://hooks.example/T0/B0/x", smtp_auth_password: p1}
      receivers:
        - name: a
          webhook_configs:
            - url: |
                http://user:pass@example/p2
              http_config:
                basic_auth: {username: u, password: 'p3'}
                http_headers: {X-Token: {secrets: [p4, p5]}}
        - name: 'yes'
          email_configs: []
      """
    let shown = try node(text).redactedYAML
    for secret in ["hooks", "p1", "p2", "p3", "p4", "p5"] { #expect(!shown.contains(secret)) }
    #expect(shown.contains("username: u"))
    #expect(shown.contains("name: \"yes\""))
  }

  @Test func redactedTextsParseAsTheSame() throws {
    let text = """
      route:
        receiver: 'a "b"'
        group_by: [alertname, '...']
        routes:
          - matchers: ['a="b"', "c=~\\"d\\\\n\\""]
          - {}
      receivers: [{name: 'a "b"'}]
      empty: {}
      none:
      number: 12
      """
    let first = try node(text).redactedYAML
    #expect(try node(first).redactedYAML == first)
    #expect(first.contains("number: 12"))
    #expect(first.contains("- \"c=~\\\"d\\\\n\\\"\""))
  }
}
