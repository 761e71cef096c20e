import MetricModel
import StateDatabase
import StorageAPI

extension Head {
  /// Takes a batch; the journal row with what is new in it, and the chunks that it filled, are added to `writes`.
  ///
  /// Late samples that cannot be compared here, because the chunks over their time are on disk only, are added to `unproved`, those that
  /// are refused as too old among them.
  mutating func append(
    _ batch: SampleBatch, adding writes: inout JournalWrites, unproved: inout [LateArrival]
  ) -> AppendOutcome {
    let ids = batch.series
    let timestamps = batch.timestamps
    let values = batch.values
    let sequence = takeSequence()
    var outcome = AppendOutcome()
    var encoder = BatchEncoder(sampleCount: ids.count)
    var lateEncoder = BatchEncoder(kind: .late)
    var newest = newestTime
    for place in ids.indices {
      guard let slot = slot(of: ids[place]) else {
        outcome.unknownSeries.append(ids[place])
        continue
      }
      let timestamp = timestamps[place].rawValue
      let value = values[place].bitPattern
      var verdict = take(timestamp, value, slot: slot, sequence: sequence, adding: &writes)
      if verdict == .tooOld {
        verdict = takeLate(timestamp, value, slot: slot, sequence: sequence)
        if verdict == .appended {
          outcome.appended += 1
          lateEncoder.append(keys[slot], timestamp, value)
          unproved.append(
            LateArrival(key: keys[slot], timestamp: timestamp, value: value, isKept: true))
          continue
        }
      }
      switch verdict {
      case .appended:
        outcome.appended += 1
        newest = max(newest, timestamp)
        encoder.append(keys[slot], timestamp, value)
      case .repeated: outcome.appended += 1
      case .tooOld:
        outcome.tooOld += 1
        unproved.append(
          LateArrival(key: keys[slot], timestamp: timestamp, value: value, isKept: false))
      case .duplicate: outcome.duplicate += 1
      case .full: preconditionFailure("a chunk is sealed when it is full")
      }
    }
    newestTime = newest
    if !encoder.isEmpty { writes.rows.append(encoder.row(sequence: sequence)) }
    if !lateEncoder.isEmpty { writes.rows.append(lateEncoder.row(sequence: takeSequence())) }
    stats.samplesAppended += outcome.appended
    stats.samplesTooOld += outcome.tooOld
    stats.samplesDuplicate += outcome.duplicate
    return outcome
  }

  /// Takes a sample back from the journal; what is in a sealed chunk already is passed over.
  ///
  /// Nothing is sealed here: a chunk that ended at another place than before could leave no room for a late sample.
  mutating func replay(_ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64) {
    if series[slot].take(timestamp, value, capacity: .max, in: &words) == .appended {
      series[slot].openSequence = min(series[slot].openSequence, sequence)
      newestTime = max(newestTime, timestamp)
    }
    stats.samplesReplayed += 1
  }

  @inline(always)
  private mutating func take(
    _ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64,
    adding writes: inout JournalWrites
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
  mutating func seal(_ slot: Int, adding writes: inout JournalWrites) {
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
