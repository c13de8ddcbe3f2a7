import FileIO
public import JournalEngine
public import JournalFormat

/// What the log says about how busy sources and streams were.
public struct StateActivity: Sendable {
  /// What the busiest are measured by.
  public enum Measure: String, Sendable, CaseIterable {
    /// By the number of updates and removals.
    case updates
    /// By bytes of keys and values in the log.
    case bytes
  }

  /// How often something was changed.
  public struct Tally: Sendable, Equatable {
    /// Puts.
    public internal(set) var updateCount: Int64 = 0
    /// Removals; a removal of everything counts once for its source.
    public internal(set) var removalCount: Int64 = 0
    /// Bytes of keys and values in the log.
    public internal(set) var byteCount: Int64 = 0
    /// When it was first changed, in nanoseconds since 1970 (UTC).
    public internal(set) var firstTime: Int64?
    /// When it was last changed.
    public internal(set) var lastTime: Int64?
    /// The last commit that changed it.
    public internal(set) var lastSequence = LogSequenceNumber.zero

    /// Updates in a second, over the time from the first to the last; `nil` where that is none.
    public var updatesPerSecond: Double? {
      guard let firstTime, let lastTime, lastTime > firstTime else { return nil }
      return Double(updateCount) / (Double(lastTime - firstTime) / 1_000_000_000)
    }

    func amount(by measure: Measure) -> Int64 {
      switch measure {
      case .updates: updateCount + removalCount
      case .bytes: byteCount
      }
    }

    mutating func add(
      byteCount: Int, isRemoval: Bool, at time: Int64, _ sequence: LogSequenceNumber
    ) {
      if isRemoval { removalCount += 1 } else { updateCount += 1 }
      self.byteCount += Int64(byteCount)
      // Clocks can be set back.
      firstTime = min(firstTime ?? time, time)
      lastTime = max(lastTime ?? time, time)
      lastSequence = sequence
    }
  }

  /// A source with its tally.
  public struct Source: Sendable {
    /// Its name.
    public var name: String
    /// How busy all of it was.
    public var tally: Tally
  }

  /// An object with its tally.
  public struct Object: Sendable {
    /// Where the object lives.
    public var address: StateAddress
    /// How busy it was.
    public var tally: Tally
  }

  /// Everything together.
  public internal(set) var total = Tally()
  /// Commits.
  public internal(set) var commitCount = 0
  /// Sessions that began.
  public internal(set) var sessionCount = 0
  /// The busiest sources, the busiest first.
  public internal(set) var sources: [Source] = []
  /// The busiest objects, the busiest first.
  public internal(set) var objects: [Object] = []
  /// How much, in what was asked for, any count of a source or object may be too low, or one that is
  /// left out may amount to: zero unless there were more than memory is kept for.
  public internal(set) var uncertainty: Int64 = 0
  /// The commits that were counted.
  public internal(set) var walk = RecordWalkSummary()
}

extension JournalInspector {
  /// Counts what the commits in a range changed, by source and by object.
  ///
  /// - Parameters:
  ///   - range: the commits to count.
  ///   - measure: what makes a source or an object busy.
  ///   - count: how many sources and objects to name.
  ///   - onProgress: called about once per mebibyte.
  /// - Throws: as ``status(isExact:)``. Damage is passed over, and counts in ``StateActivity/walk``.
  /// - Complexity: O(bytes of the segments in the range); memory is bounded: 100,000 objects are
  ///   counted at a time, and beyond that the least busy ones are given up
  ///   (``StateActivity/uncertainty``).
  public func activity(
    in range: ClosedRange<LogSequenceNumber> = .zero...LogSequenceNumber(.max),
    top count: Int = 10, by measure: StateActivity.Measure = .updates,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> StateActivity {
    var progress = LogProgress(
      in: try JournalReader.openDirectory(path, in: fileSystem), range)
    var activity = StateActivity()
    var sources = BusiestKeys(by: measure)
    var objects = BusiestKeys(by: measure)
    // On the bytes of the log as they are: what a value holds does not count.
    activity.walk = try forEachRecordInPlace(in: range) { item, bytes in
      guard case .record(let record) = item else { return true }
      let (time, sequence) = (record.header.time, record.header.sequence)
      activity.commitCount += 1
      if let progress = progress.pass(record) { onProgress(progress) }
      var changes = RecordChangeReader(record: record.place)
      while let change = changes.next(in: bytes) {
        if case .opened = change { activity.sessionCount += 1 }
        guard let (place, byteCount, isRemoval) = change.counted else { continue }
        let key = bytes.extracting(place)
        guard !StateKeyCoding.isReserved(key), let end = StateKeyCoding.endOfSource(key) else {
          continue
        }
        activity.total.add(byteCount: byteCount, isRemoval: isRemoval, at: time, sequence)
        sources.add(
          key.extracting(0..<end), byteCount: byteCount, isRemoval: isRemoval, at: time, sequence)
        // Behind the scope of a removed prefix there is no name.
        if key.count > end + 1 {
          objects.add(key, byteCount: byteCount, isRemoval: isRemoval, at: time, sequence)
        }
      }
      return true
    }
    activity.sources = sources.top(count).compactMap { key, tally in
      (try? StateKeyCoding.source(of: key.span)).map {
        StateActivity.Source(name: $0.source, tally: tally)
      }
    }
    activity.objects = objects.top(count).compactMap { key, tally in
      (try? StateKeyCoding.address(of: key.span)).map {
        StateActivity.Object(address: $0, tally: tally)
      }
    }
    activity.uncertainty = max(sources.uncertainty, objects.uncertainty)
    return activity
  }
}

extension RecordChange {
  /// What a change of state counts for; `nil` for what is none.
  fileprivate var counted: (key: Range<Int>, byteCount: Int, isRemoval: Bool)? {
    switch self {
    case .put(let key, let value): (key, key.count + value.count, false)
    case .remove(let key), .removePrefix(let key): (key, key.count, true)
    case .opened, .closed, .annotation: nil
    }
  }
}
