/// The templates that every installation has; a user's file may define any of them anew (TP5).
enum DefaultTemplates {
  static let text = subject + slack + mailText + mailHTML

  /// `[FIRING:2] DiskFull web (critical eu)`: status, group labels, and in brackets what else is common (TP3).
  private static let subject = """
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

  private static let slack = """
    {{ define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
    {{ define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
    {{ define "slack.default.fallback" -}}
    {{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}
    {{- end }}
    {{ define "slack.default.callbackid" }}{{ end }}
    {{ define "slack.default.pretext" }}{{ end }}
    {{ define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
    {{ define "slack.default.iconemoji" }}{{ end }}
    {{ define "slack.default.iconurl" }}{{ end }}
    {{ define "slack.default.footer" }}{{ end }}
    {{ define "__slack_escaped" -}}
    {{ . | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" -}}
    {{ end }}
    {{ define "slack.default.alert" -}}
    *{{ template "__slack_escaped" .Labels.alertname }}*\
    {{ with .Annotations.summary }} {{ template "__slack_escaped" . }}{{ end -}}
    {{ with .Annotations.description }}
    {{ template "__slack_escaped" . }}{{ end }}
    {{ range .Labels.SortedPairs }}{{ if ne .Name "alertname" -}}
    `{{ .Name }}={{ template "__slack_escaped" .Value }}` {{ end }}{{ end -}}
    {{ with .Annotations.runbook_url }}<{{ . }}|runbook> {{ end -}}
    {{ with .GeneratorURL }}<{{ . }}|expression>{{ end }}
    {{ end }}
    {{ define "slack.default.text" -}}
    {{ range .Alerts.Firing }}{{ template "slack.default.alert" . }}{{ end -}}
    {{ if .Alerts.Resolved }}{{ if .Alerts.Firing }}
    Resolved:
    {{ end }}{{ range .Alerts.Resolved }}{{ template "slack.default.alert" . }}{{ end }}{{ end -}}
    {{ end }}

    """

  private static let mailText = """
    {{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
    {{ define "email.default.text" -}}
    {{ if .Alerts.Firing }}{{ len .Alerts.Firing }} firing
    {{ range $number, $alert := .Alerts.Firing }}
    {{ template "__text_alert_list" (list $alert) }}{{ end }}{{ end -}}
    {{ if .Alerts.Resolved }}{{ len .Alerts.Resolved }} resolved
    {{ range $number, $alert := .Alerts.Resolved }}
    {{ template "__text_alert_list" (list $alert) }}{{ end }}{{ end -}}
    -- 
    {{ template "__alertmanager" . }}, {{ template "__alertmanagerURL" . }}
    {{ end }}

    """

  private static let mailHTML = """
    {{ define "__html_alert" -}}
    <table style="border-collapse:collapse;margin:0 0 16px 0;width:100%">
    <tr><td colspan="2" style="padding:8px;color:#ffffff;background:\
    {{ if eq .Status "firing" }}#b3261e{{ else }}#2e7d32{{ end }}">\
    <strong>{{ .Labels.alertname }}</strong>\
    {{ with .Annotations.summary }} {{ . }}{{ end }}</td></tr>
    {{ with .Annotations.description }}<tr><td colspan="2" style="padding:8px">{{ . }}</td></tr>
    {{ end -}}
    <tr><td style="padding:2px 8px;color:#666666">since</td>\
    <td>{{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}</td></tr>
    {{ if eq .Status "resolved" -}}
    <tr><td style="padding:2px 8px;color:#666666">until</td>\
    <td>{{ .EndsAt.Format "2006-01-02 15:04:05 MST" }}</td></tr>
    {{ end -}}
    {{ range .Labels.SortedPairs -}}
    <tr><td style="padding:2px 8px;color:#666666">{{ .Name }}</td><td>{{ .Value }}</td></tr>
    {{ end -}}
    <tr><td colspan="2" style="padding:8px">\
    {{ with .Annotations.runbook_url }}<a href="{{ . }}">What to do</a> {{ end }}\
    {{ with .GeneratorURL }}<a href="{{ . }}">Expression</a>{{ end }}</td></tr>
    </table>
    {{ end }}
    {{ define "email.default.html" -}}
    <!DOCTYPE html>
    <html><head><meta charset="utf-8"><title>{{ template "__subject" . }}</title></head>
    <body style="font-family:sans-serif;font-size:14px;color:#1f1f1f">
    {{ if .Alerts.Firing }}<h2>{{ len .Alerts.Firing }} firing</h2>
    {{ range .Alerts.Firing }}{{ template "__html_alert" . }}{{ end }}{{ end -}}
    {{ if .Alerts.Resolved }}<h2>{{ len .Alerts.Resolved }} resolved</h2>
    {{ range .Alerts.Resolved }}{{ template "__html_alert" . }}{{ end }}{{ end -}}
    <p><a href="{{ template "__alertmanagerURL" . }}">{{ template "__alertmanager" . }}</a></p>
    </body></html>
    {{ end }}

    """
}
