/// The template definitions that the default texts of several kinds call; a user's file may replace
/// any of them.
enum SharedTemplates {
  /// `__subject` is `[FIRING:2] DiskFull web (critical eu)`: the status, the group's labels, and in
  /// brackets the other common labels. `__text_alert_list` is the plain text of a list of alerts.
  static let text = """
    {{ define "__alertmanager" }}Tocsin{{ end }}
    {{ define "__alertmanagerURL" }}{{ .ExternalURL }}/alerts{{ end }}
    {{ define "__subject" -}}
    {{ if eq .Status "firing" }}[FIRING:{{ len .Alerts.Firing }}]{{ else }}[RESOLVED]{{ end -}}
    {{ range .GroupLabels.SortedPairs }} {{ .Value }}{{ end -}}
    {{ $rest := .CommonLabels.Remove .GroupLabels.Names -}}
    {{ if $rest }} ({{ $rest.Values | join " " }}){{ end -}}
    {{ end }}
    {{ define "__text_alert_list" -}}
    {{ range . -}}
    {{ .Labels.alertname }}{{ with .Annotations.summary }}: {{ . }}{{ end }}
    {{ with .Annotations.description }}  {{ . }}
    {{ end }}  since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" -}}
    {{ if eq .Status "resolved" }}, until {{ .EndsAt.Format "2006-01-02 15:04:05 MST" }}{{ end }}
    {{ range .Labels.SortedPairs }}  {{ .Name }} = {{ .Value }}
    {{ end }}{{ with .Annotations.runbook_url }}  what to do: {{ . }}
    {{ end }}{{ with .GeneratorURL }}  expression: {{ . }}
    {{ end }}
    {{ end }}{{ end }}

    """
}
