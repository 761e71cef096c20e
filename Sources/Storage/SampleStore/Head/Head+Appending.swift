import MetricModel
import SQLiteStorage
import StorageAPI

extension Head {
  /// Appends a batch; its WAL record and the chunks that it filled are added to `writes`.
  ///
  /// Out-of-order samples that cannot be compared here, because the chunks of their time are on
  /// disk only, are added to `unproved`, including those that are refused as too old.
  mutating func append(
    _ batch: SampleBatch, adding writes: inout WALWrites, unproved: inout [OutOfOrderArrival]
  ) -> AppendOutcome {
    let sequence = takeSequence()
    var outcome = AppendOutcome()
    encoder.begin(sampleCount: batch.count)
    // The out-of-order window does not move within a batch.
    var newest = newestTime
    var place = 0
    while true {
      let start = place
      place = appendInOrder(batch, from: start, &newest)
      outcome.appended += place - start
      if place == batch.count { break }
      append(batch, place, sequence, &newest, adding: &writes, &unproved, &outcome)
      place += 1
    }
    newestTime = newest
    if !encoder.isEmpty { writes.rows.append(encoder.row(sequence: sequence)) }
    if !lateEncoder.isEmpty { writes.rows.append(lateEncoder.row(sequence: takeSequence())) }
    stats.samplesAppended += outcome.appended
    stats.samplesTooOld += outcome.tooOld
    stats.samplesDuplicate += outcome.duplicate
    return outcome
  }

  /// Appends the samples of a batch that continue open chunks with capacity, up to the first one
  /// that does not; returns its index.
  ///
  /// Nearly all samples are such. Whatever may move memory stays outside the loop, so that nothing
  /// is looked up twice.
  private mutating func appendInOrder(
    _ batch: SampleBatch, from start: Int, _ newestTime: inout Int64
  ) -> Int {
    // Moved out of the head, so that the loop has exclusive access.
    var states: [SeriesState] = []
    swap(&states, &series)
    var (widths, values) = encoder.takeMemory()
    var cursor = encoder.cursor
    let (generations, keys, full) = (generations, keys, settings.samplesPerChunk)
    var place = start
    do {
      let ids = batch.series.span
      let timestamps = batch.timestamps.span
      let samples = batch.values.span
      var states = states.mutableSpan
      var widths = widths.mutableSpan
      var values = values.mutableSpan
      while place < ids.count {
        guard let slot = Self.slot(of: ids[place], generations.span) else { break }
        let timestamp = timestamps[place].rawValue
        guard states[slot].goesOn(at: timestamp, slot: slot, full: full) else { break }
        states[slot].open.append(timestamp, samples[place].bitPattern, in: &words)
        newestTime = max(newestTime, timestamp)
        cursor.append(
          keys[slot], timestamp, states[slot].open.lastCode, &widths, &values, &encoder.steps)
        place += 1
      }
    }
    swap(&states, &series)
    encoder.putBack(widths, values)
    encoder.cursor = cursor
    return place
  }

  /// Appends any sample of a batch.
  private mutating func append(
    _ batch: SampleBatch, _ place: Int, _ sequence: Int64, _ newestTime: inout Int64,
    adding writes: inout WALWrites, _ unproved: inout [OutOfOrderArrival],
    _ outcome: inout AppendOutcome
  ) {
    guard let slot = slot(of: batch.series[place]) else {
      outcome.unknownSeries.append(batch.series[place])
      return
    }
    let timestamp = batch.timestamps[place].rawValue
    let value = batch.values[place].bitPattern
    switch take(timestamp, value, slot: slot, sequence: sequence, adding: &writes) {
    case .appended:
      outcome.appended += 1
      newestTime = max(newestTime, timestamp)
      let isLast = series[slot].open.last == timestamp
      let code = isLast ? series[slot].open.lastCode : ValueCode(value)
      encoder.append(keys[slot], timestamp, code)
    case .repeated: outcome.appended += 1
    case .tooOld:
      let verdict = takeLate(timestamp, value, slot: slot, sequence: sequence)
      let isAccepted = verdict == .appended
      switch verdict {
      case .appended:
        outcome.appended += 1
        if lateEncoder.isEmpty { lateEncoder.begin(sampleCount: batch.count) }
        lateEncoder.append(keys[slot], timestamp, ValueCode(value))
      case .repeated: outcome.appended += 1
      case .tooOld: outcome.tooOld += 1
      case .duplicate: outcome.duplicate += 1
      case .full: preconditionFailure("late samples go into no chunk")
      }
      if isAccepted || verdict == .tooOld {
        unproved.append(
          OutOfOrderArrival(
            key: keys[slot], timestamp: timestamp, value: value, isAccepted: isAccepted))
      }
    case .duplicate: outcome.duplicate += 1
    case .full: preconditionFailure("a chunk is sealed when it is full")
    }
  }

  /// Restores a sample from the WAL; what is in a sealed chunk already is skipped.
  ///
  /// Nothing is sealed here: a chunk that ended at another place than before could leave no space
  /// for an out-of-order sample.
  mutating func replay(_ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64) {
    stats.samplesReplayed += 1
    if series[slot].goesOn(at: timestamp) {
      series[slot].open.append(timestamp, value, in: &words)
      newestTime = max(newestTime, timestamp)
    } else if series[slot].take(timestamp, value, capacity: .max, in: &words) == .appended {
      series[slot].openSequence = min(series[slot].openSequence, sequence)
      newestTime = max(newestTime, timestamp)
    }
  }

  @inline(always)
  private mutating func take(
    _ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64,
    adding writes: inout WALWrites
  ) -> SeriesState.Verdict {
    let full = settings.samplesPerChunk
    let verdict = series[slot].take(
      timestamp, value, sequence: sequence, slot: slot, full: full, in: &words)
    guard verdict == .full else { return verdict }
    seal(slot, adding: &writes)
    return series[slot].take(
      timestamp, value, sequence: sequence, slot: slot, full: full, in: &words)
  }

  /// Seals the open chunk of a slot, which must not be empty, and adds it to `writes`.
  mutating func seal(_ slot: Int, adding writes: inout WALWrites) {
    let open = series[slot].open
    let chunk = SealedChunk(sealing: open, words: open.words(in: words), number: nextChunk)
    nextChunk += 1
    series[slot].open.free(in: &words)
    series[slot].open = OpenChunk()
    series[slot].openSequence = .max
    series[slot].sealedThrough = chunk.last
    series[slot].cached.append(chunk)
    cachedChunks += 1
    cachedBytes += chunk.byteCount
    stats.chunksSealed += 1
    writes.chunks.append(chunk.row(of: SeriesKey(rawValue: keys[slot])))
  }
}
