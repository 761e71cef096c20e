import YAMLDecoding
import Configuration
import MetricModel
import Scraping
import RemoteWrite

extension ConfigMapping {
  /// Decodes one entry of `remote_write`; nil if it has no usable URL.
  func remoteWriteDestination(
    directory: String, externalLabels: Labels
  ) -> RemoteWriteDestination? {
    let url = requiredString("url")
    let given = string("name")
    var result = RemoteWriteDestination(name: given ?? url ?? "", url: url ?? "")
    result.externalLabels = externalLabels
    result.client = httpClientKeys(directory: directory)
    result.client.headers += stringPairs("headers").map {
      HTTPClientConfiguration.Header(name: $0.key, value: .inline($0.text))
    }
    if let timeout = interval("remote_timeout") { result.timeout = timeout }
    result.relabelRules = relabelRules("write_relabel_configs")
    if let settings = mapping("queue_config") { settings.queueSettings(of: &result) }
    if let metadata = mapping("metadata_config") {
      metadata.mustBeOff("send")
      metadata.refuse(["send_interval", "max_samples_per_send"])
      metadata.finish()
    }
    if let message = string("protobuf_message"), message != "prometheus.WriteRequest" {
      report(
        "\"protobuf_message\" \(message) is not supported yet", key: "protobuf_message",
        fix: "write prometheus.WriteRequest")
    }
    for key in ["send_exemplars", "send_native_histograms", "round_robin_dns"] { mustBeOff(key) }
    refuse(["sigv4", "azuread", "google_iam"])
    finish()
    guard let url else { return nil }
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      report("\"url\" in remote_write must begin with http:// or https://", key: "url")
      return nil
    }
    return result
  }

  private func queueSettings(of destination: inout RemoteWriteDestination) {
    if let count = int("max_samples_per_send", in: 1...100_000) {
      destination.samplesPerSend = count
    }
    if let count = int("max_shards", in: 1...1_000) { destination.parallelRequests = count }
    if let deadline = interval("batch_send_deadline") { destination.sendDeadline = deadline }
    if let pause = interval("min_backoff") { destination.shortestPause = pause }
    if let pause = interval("max_backoff") { destination.longestPause = pause }
    if bool("retry_on_http_429") == false {
      report(
        "\"retry_on_http_429\" in queue_config cannot be off", key: "retry_on_http_429",
        fix: "remove it; 429 is always tried again")
    }
    refuse(
      ["capacity", "min_shards", "sample_age_limit"],
      fix: "remove it; the queue is on disk, see --storage.send-queue.size and .time")
    finish()
  }
}
