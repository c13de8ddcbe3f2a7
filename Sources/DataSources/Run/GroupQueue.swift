import StateJournal

/// Where the streams meet the commits: payloads go in from many streams and come out as groups,
/// for one taker.
///
/// It holds one group. While that is complete and not yet taken, streams wait: this is what bounds
/// the memory of a run.
actor GroupQueue<Data: PayloadData> {
  private let policy: GroupingPolicy
  private let time: RunTime

  private var group = PayloadGroup<Data>()
  /// When the group's first payload came, as time since the start of the run.
  private var groupStart = Duration.zero
  private var isFinished = false
  private var isAbandoned = false
  private var waitingStreams: [CheckedContinuation<Void, Never>] = []
  private var waitingTaker: CheckedContinuation<Void, Never>?

  init(_ policy: GroupingPolicy, time: RunTime) {
    self.policy = policy
    self.time = time
  }

  /// Adds a payload, waiting for room; false when groups are no longer taken.
  ///
  /// Waits even in a cancelled task: the taker always goes on until it is done or gives up.
  func add(_ payload: DataSourcePayload<Data>, of stream: StateAddress) async -> Bool {
    while isComplete, !isAbandoned {
      await withCheckedContinuation { waitingStreams.append($0) }
    }
    if isAbandoned { return false }
    if group.entries.isEmpty { groupStart = time.elapsed() }
    group.append(payload, of: stream)
    // The first payload starts the taker's clock; the last one ends its wait.
    if group.entries.count == 1 || isComplete { wakeTaker() }
    return true
  }

  /// No more payloads will come.
  func finish() {
    isFinished = true
    wakeTaker()
  }

  /// No more groups will be taken.
  func abandon() {
    isAbandoned = true
    group = PayloadGroup()
    wakeStreams()
  }

  /// The next group, once a limit is reached or nothing more can come; `nil` after the last.
  func next() async -> PayloadGroup<Data>? {
    while true {
      if group.entries.isEmpty {
        if isFinished { return nil }
        await waitForStreams(atMost: nil)
      } else {
        let remaining = groupStart + policy.maximumDelay - time.elapsed()
        if isComplete || isFinished || remaining <= .zero { break }
        await waitForStreams(atMost: remaining)
      }
    }
    defer {
      group = PayloadGroup()
      wakeStreams()
    }
    return group
  }

  private var isComplete: Bool {
    group.entries.count >= policy.maximumPayloadCount || group.byteCount >= policy.targetByteCount
  }

  private func waitForStreams(atMost delay: Duration?) async {
    var alarm: Task<Void, Never>?
    if let delay {
      alarm = Task {
        // A ring too many, after a cancellation, only makes the taker look again.
        try? await time.sleep(delay)
        wakeTaker()
      }
    }
    await withCheckedContinuation { waitingTaker = $0 }
    alarm?.cancel()
  }

  private func wakeTaker() {
    waitingTaker?.resume()
    waitingTaker = nil
  }

  private func wakeStreams() {
    for stream in waitingStreams { stream.resume() }
    waitingStreams = []
  }
}
