extension SlackTexts<String> {
  /// The texts where the configuration gives none.
  static let defaults = SlackTexts(
    channel: "",
    username: #"{{ template "slack.default.username" . }}"#,
    iconEmoji: #"{{ template "slack.default.iconemoji" . }}"#,
    iconURL: #"{{ template "slack.default.iconurl" . }}"#,
    messageText: "",
    color: #"{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}"#,
    title: #"{{ template "slack.default.title" . }}"#,
    titleLink: #"{{ template "slack.default.titlelink" . }}"#,
    pretext: #"{{ template "slack.default.pretext" . }}"#,
    text: #"{{ template "slack.default.text" . }}"#,
    fallback: #"{{ template "slack.default.fallback" . }}"#,
    callbackID: #"{{ template "slack.default.callbackid" . }}"#,
    footer: #"{{ template "slack.default.footer" . }}"#,
    imageURL: "",
    thumbURL: "")
}

extension SlackSettings {
  static let defaultTemplates = """
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
}
