package import ExpositionFormat

extension SampleStoreStats: MetricSource {
  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.gauge("prometheus_tsdb_head_series", "Series in the store.", Double(series))
    buffer.counter(
      "prometheus_tsdb_head_series_created_total", "Series made.", Double(seriesCreated))
    buffer.counter(
      "prometheus_tsdb_head_series_removed_total", "Series removed.", Double(seriesRemoved))
    buffer.counter(
      "prometheus_tsdb_head_samples_appended_total", "Samples kept.", Double(samplesAppended))
    buffer.gauge("tocsin_store_bytes", "Bytes of samples on disk.", Double(bytesOnDisk))
    buffer.gauge(
      "tocsin_store_pending_batches", "Batches that wait to be written.", Double(pendingBatches))
    buffer.counter(
      "tocsin_store_errors_total", "Writes and reads of the store that failed.",
      Double(writeErrors + damaged))
    buffer.counter(
      "tocsin_store_series_limit_reached_total",
      "Scrapes and pushes refused because of the limit of series.", Double(seriesLimitReached))
    buffer.counter(
      "tocsin_store_late_samples_total", "Samples taken for times that were sealed already.",
      Double(samplesLate))
    buffer.counter(
      "tocsin_store_bytes_given_back_total", "Bytes of the samples' file given back to the disk.",
      Double(bytesGivenBack))
    buffer.counter("tocsin_store_chunks_sealed_total", "Chunks sealed.", Double(chunksSealed))
    buffer.counter(
      "tocsin_store_chunks_joined_total", "Short chunks that compaction put into others.",
      Double(chunksJoined))
  }
}
