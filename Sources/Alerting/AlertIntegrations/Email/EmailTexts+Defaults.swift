extension EmailTexts<String> {
  /// The texts where the configuration gives none.
  static let defaults = EmailTexts(
    to: "",
    from: "",
    html: #"{{ template "email.default.html" . }}"#,
    text: #"{{ template "email.default.text" . }}"#,
    headers: [])

  /// The subject where `headers` gives none.
  static let defaultSubject = #"{{ template "email.default.subject" . }}"#
}

extension EmailSettings {
  static let defaultTemplates = plainText + html

  private static let plainText = """
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

  private static let html = """
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
