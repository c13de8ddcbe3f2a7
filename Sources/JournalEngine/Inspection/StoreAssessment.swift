import FileIO
import JournalFormat

/// What the facts about a store's files mean for its state: which commits are held by sound
/// snapshots or by the log behind them, and which by nothing any more.
struct StoreAssessment {
  private let listing: DirectoryListing
  private let facts: StoreFacts
  private let path: String
  /// The sound snapshots that the state is read from, oldest first.
  private var chain: [SnapshotRange] = []
  /// Snapshots that nothing can be read from.
  private var unusable: Set<SnapshotRange> = []
  /// How far snapshots reach that stand in for the last stretch of log that has gone.
  private var bridgedThrough = LogSequenceNumber.zero
  private var result = JournalVerification()

  static func assess(
    _ listing: DirectoryListing, _ facts: StoreFacts, in path: String
  ) -> JournalVerification {
    var assessment = StoreAssessment(listing: listing, facts: facts, path: path)
    assessment.joinFiles()
    assessment.judgeSnapshots()
    assessment.judgeHistories()
    assessment.judgeSegments()
    assessment.judgeTheRest()
    assessment.result.finish(facts, path: path)
    return assessment.result
  }

  private init(listing: DirectoryListing, facts: StoreFacts, path: String) {
    self.listing = listing
    self.facts = facts
    self.path = path
  }

  private func path(_ name: FileName) -> String { path + "/" + name.text }

  private mutating func add(_ finding: InspectionFinding) { result.findings.append(finding) }

  /// Joins sound snapshots and readable commits, and notes which commits are in neither.
  private mutating func joinFiles() {
    unusable = Set(listing.snapshots.filter { !(facts.snapshots[$0]?.isUsable ?? true) })
    chain = listing.chain(limit: nil, without: unusable)
    result.snapshotSequence = chain.last?.through ?? .zero
    result.watermark = facts.watermark?.durableThrough
    var reach = result.snapshotSequence
    var bridged = LogSequenceNumber.zero
    for (index, first) in listing.segments.enumerated() {
      guard let segment = facts.segments[first] else { continue }
      var runs = segment.runs
      if segment.isUnreadable, index + 1 < listing.segments.count {
        // Nothing is known about it; whatever is in it is not said to be lost.
        runs = [first...max(first, listing.segments[index + 1].previous)]
      }
      for run in runs where run.upperBound > reach {
        if run.lowerBound > max(reach, bridged).next {
          if let bridge = bridge(from: max(reach, bridged), to: run.lowerBound), isSound(bridge) {
            bridged = bridge.last?.through ?? bridged
          } else {
            result.lostSequences.append(max(reach, bridged).next...run.lowerBound.previous)
          }
        }
        reach = run.upperBound
      }
    }
    // What a snapshot covers was durable before the snapshot was made, and so was what the
    // watermark vouches for.
    let known = max(
      facts.watermark?.durableThrough ?? .zero, listing.snapshots.map(\.through).max() ?? .zero)
    let lastIsUnreadable = listing.segments.last.flatMap { facts.segments[$0] }?.isUnreadable
    if known > reach, lastIsUnreadable != true {
      result.lostSequences.append(reach.next...known)
    }
    result.lastSequence = reach
  }

  /// Whether a bridge was made of the log that is there. Recovery reads what a stretch of log said from it
  /// then.
  private func isSound(_ bridge: [SnapshotRange]) -> Bool {
    guard let start = bridge.first?.after else { return true }
    return foreignFiles(met: bridge, from: start, behind: history(at: start)).isEmpty
  }

  /// The sound snapshots that say what a stretch of log said, as ``LogBridge`` takes them; nil when they
  /// do not reach over it.
  private func bridge(
    from end: LogSequenceNumber, to next: LogSequenceNumber
  ) -> [SnapshotRange]? {
    let ranges = listing.chain(from: end, limit: nil, without: unusable)
    return ranges.last.map { $0.through.next >= next } == true ? ranges : nil
  }

  private func isLost(_ first: LogSequenceNumber?, _ last: LogSequenceNumber?) -> Bool {
    guard let first, let last else { return true }
    if last <= result.snapshotSequence || last < first { return false }
    return result.lostSequences.contains { $0.overlaps(first...last) }
  }

  /// Adds a finding with what it means for the state. Where recovery has to read, damage stops it,
  /// whatever other files hold.
  private mutating func addJudged(_ finding: InspectionFinding, isInTheWay: Bool = false) {
    var finding = finding
    switch finding.severity {
    case .loss:
      if !isInTheWay, !isLost(finding.sequence, finding.lastSequence) {
        finding.severity = .covered
      }
    case .tornTail, .undecidable:
      if facts.hasWriter {
        finding.severity = .note
        finding.detail = "a commit that the running writer is about to finish"
      }
    case .note, .unreadable, .covered:
      break
    }
    add(finding)
  }

  private mutating func judgeSnapshots() {
    for range in listing.snapshots {
      guard let snapshot = facts.snapshots[range] else { continue }
      result.snapshotCount += 1
      result.entryCount.add(clamping: snapshot.entryCount)
      result.byteCount.add(clamping: snapshot.byteCount)
      for finding in snapshot.findings { addJudged(finding) }
    }
  }

  /// Whether the state's snapshots, and the log behind them, were made of the same commits.
  private mutating func judgeHistories() {
    result.findings += foreignFiles(met: chain, from: .zero, behind: nil)
  }

  /// The same, also along the snapshots that an opening takes for sound, as it reads no blocks: of another
  /// history, they stop it whatever else serves.
  ///
  /// - Parameter ranges: the sound ones from commit `start` on.
  private func foreignFiles(
    met ranges: [SnapshotRange], from start: LogSequenceNumber, behind before: HistoryChecksum?
  ) -> [InspectionFinding] {
    let found = foreignFiles(along: ranges, behind: before)
    let taken = listing.chain(
      from: start, limit: nil,
      without: Set(listing.snapshots.filter { facts.snapshots[$0]?.histories == nil }))
    if taken == ranges { return found }
    return found + foreignFiles(along: taken, behind: before).filter { !found.contains($0) }
      + disagreement(of: taken, with: ranges)
  }

  /// Where what would serve for damaged snapshots, sound ones or the log, is of another history.
  private func disagreement(
    of taken: [SnapshotRange], with ranges: [SnapshotRange]
  ) -> [InspectionFinding] {
    guard let last = taken.last else { return [] }
    let end = last.through
    let own =
      ranges.last?.through == end
      ? ranges.last.flatMap { facts.snapshots[$0]?.histories?.through }
      : listing.segments.last { $0 <= end }.flatMap { facts.segments[$0] }.flatMap {
        $0.end == end ? $0.historyThrough : $0.histories[end]
      }
    if agree(facts.snapshots[last]?.histories?.through, own) { return [] }
    return [
      InspectionFinding(
        .loss, .damage(.foreignHistory), file: path(.snapshot(last)), offset: 68, byteCount: 4,
        sequence: last.after.next, lastSequence: end,
        detail: "what could serve for it is of another history; was a backup mixed in?")
    ]
  }

  /// Where snapshots that join by their names, or the log behind them, were not made of the same
  /// commits.
  ///
  /// - Parameter before: what the log sums up to where they begin; `nil` where nothing says.
  private func foreignFiles(
    along ranges: [SnapshotRange], behind before: HistoryChecksum?
  ) -> [InspectionFinding] {
    var found: [InspectionFinding] = []
    var history = before
    for range in ranges {
      let histories = facts.snapshots[range]?.histories
      if !agree(history, histories?.before) {
        found.append(
          InspectionFinding(
            .loss, .damage(.foreignHistory), file: path(.snapshot(range)), offset: 64, byteCount: 4,
            sequence: range.after.next, lastSequence: range.through,
            detail: "the snapshot does not follow what comes before it; was a backup mixed in?"))
      }
      history = histories?.through
    }
    guard let end = ranges.last?.through,
      let segment = listing.segments.last(where: { $0 <= end.next }).flatMap({ facts.segments[$0] }
      ),
      !agree(history, self.history(at: end))
    else { return found }
    found.append(
      InspectionFinding(
        .loss, .damage(.foreignHistory), file: path(.segment(first: segment.first)), offset: 0,
        sequence: end.next, lastSequence: max(end.next, segment.end),
        detail: "the snapshots up to commit \(end) were made of another log than this one; was a"
          + " backup mixed in?"))
    return found
  }

  /// What all commits up to one sum up to, as the log has it; `nil` where it does not say.
  private func history(at commit: LogSequenceNumber) -> HistoryChecksum? {
    guard
      let segment = listing.segments.last(where: { $0 <= commit.next })
        .flatMap({ facts.segments[$0] })
    else { return nil }
    if segment.first == commit.next { return segment.historyBefore }
    return segment.end == commit ? segment.historyThrough : segment.histories[commit]
  }

  /// Whether nothing says that two histories are not the same; what is not known says nothing.
  private func agree(_ one: HistoryChecksum?, _ other: HistoryChecksum?) -> Bool {
    guard let one, let other else { return true }
    return one == other
  }

  private mutating func judgeSegments() {
    var previous: SegmentFacts?
    let firstRead = listing.segments.last { $0 <= result.snapshotSequence.next }
    for first in listing.segments {
      guard let segment = facts.segments[first] else { continue }
      result.segmentCount += 1
      result.recordCount += segment.recordCount
      result.byteCount.add(clamping: segment.byteCount)
      result.unlistedFindingCount += segment.unlistedFindingCount
      let isRead = firstRead.map { $0 <= first } ?? true
      if let previous {
        judgeJoint(previous, segment, isRead: firstRead.map { $0 <= previous.first } ?? true)
      }
      for finding in segment.findings { addJudged(finding, isInTheWay: isRead) }
      if segment.isUnfinished { judgeUnfinished(segment) }
      previous = segment
    }
    judgeReach()
  }

  /// Where one segment ends and the next begins. What snapshots cover need not be there, and what
  /// recovery does not read cannot keep it from going on.
  private mutating func judgeJoint(
    _ older: SegmentFacts, _ newer: SegmentFacts, isRead: Bool
  ) {
    if older.end.next == newer.first, let before = older.salts, let behind = newer.salts,
      before.own != behind.previous || !agree(older.historyThrough, newer.historyBefore)
    {
      add(
        InspectionFinding(
          isRead ? .loss : .covered, .damage(.foreignHistory),
          file: path(.segment(first: newer.first)), offset: 48, byteCount: 8,
          sequence: newer.first, lastSequence: max(newer.first, newer.end),
          detail: "the segment does not follow the one before it; was a backup mixed in?"))
    }
    let end = max(older.end, result.snapshotSequence)
    let isExplained = older.findings.contains {
      $0.severity >= .unreadable && ($0.lastSequence ?? newer.first) >= newer.first.previous
    }
    guard !isExplained else { return }
    if end.next < newer.first {
      if newer.first > bridgedThrough.next {
        let start = max(end, bridgedThrough)
        let bridge = bridge(from: start, to: newer.first)
        let foreign =
          bridge.map { foreignFiles(met: $0, from: start, behind: history(at: start)) } ?? []
        guard foreign.isEmpty else {
          result.findings += foreign
          return
        }
        bridgedThrough = bridge?.last?.through ?? bridgedThrough
      }
      add(
        InspectionFinding(
          newer.first <= bridgedThrough.next ? .covered : .loss, .damage(.gap),
          file: path(.segment(first: newer.first)), offset: 0,
          sequence: end.next, lastSequence: newer.first.previous,
          detail: "the segment before ends at \(older.end), this one begins at \(newer.first); is a"
            + " segment missing?"))
    } else if older.end >= newer.first, older.end > result.snapshotSequence {
      add(
        InspectionFinding(
          isRead ? .loss : .covered, .damage(.gap), file: path(.segment(first: newer.first)),
          offset: 0,
          sequence: newer.first, lastSequence: older.end,
          detail: "the segment before ends at \(older.end), behind the start of this one; which of"
            + " them is right?"))
    }
  }

  private mutating func judgeUnfinished(_ segment: SegmentFacts) {
    let file = path(.segment(first: segment.first))
    if let watermark = facts.watermark,
      watermark.durableThrough >= segment.first || watermark.saysBegun(segment.first)
    {
      add(
        InspectionFinding(
          .loss, .damage(.missingCommits), file: file, offset: 0, sequence: segment.first,
          lastSequence: max(watermark.durableThrough, segment.first),
          detail: "the segment has no header, and WATERMARK says that it was begun"))
    } else {
      add(
        InspectionFinding(
          .note, .unfinishedSegment, file: file, offset: 0, sequence: segment.first,
          detail: facts.hasWriter
            ? "the running writer is about to begin it" : "its creation was interrupted"))
    }
  }

  /// Whether the log is there where the snapshots end.
  private mutating func judgeReach() {
    let base = result.snapshotSequence
    guard listing.segments.contains(where: { $0 <= base.next }) else {
      add(
        InspectionFinding(
          .loss, .damage(.missingSegment), file: path(.segment(first: base.next)),
          sequence: base.next, lastSequence: listing.segments.first?.previous ?? result.watermark,
          detail: listing.isUnfinishedCopy
            ? DirectoryListing.unfinishedCopy
            : "no segment holds commit \(base.next), the next one after the sound snapshots"))
      return
    }
    guard let last = listing.segments.last.flatMap({ facts.segments[$0] }), last.end < base,
      !last.isUnreadable, !last.findings.contains(where: { $0.severity >= .loss })
    else { return }
    add(
      InspectionFinding(
        .loss, .damage(.missingCommits), file: path(.segment(first: last.first)),
        offset: last.byteCount, sequence: last.end.next, lastSequence: base,
        detail: "the log ends at \(last.end), before the snapshot of \(base)"))
  }

  private mutating func judgeTheRest() {
    // No loss without a finding that says so, however the files came to be like this.
    if let lost = result.lostSequences.first,
      !result.findings.contains(where: { $0.severity == .loss })
    {
      add(
        InspectionFinding(
          .loss, .damage(.missingCommits), file: path, sequence: lost.lowerBound,
          lastSequence: lost.upperBound,
          detail: "a snapshot or the watermark vouches for commits that no file holds"))
    }
    if let finding = facts.watermarkFinding {
      // Not covered by the log: that may have lost its end, and this was what could tell.
      add(finding)
    } else if !listing.hasWatermark {
      add(
        InspectionFinding(
          .note, .missingWatermark, file: path(.watermark),
          detail: "commits missing at the end of the log cannot be noticed without it"))
    }
    for name in listing.temporaries.sorted() {
      // Under construction rather than left behind.
      let isAlive =
        name == FileName.watermark.underConstruction ? facts.hasWriter : facts.hasCompaction
      if isAlive { continue }
      add(
        InspectionFinding(
          .note, .unfinishedFile, file: path(.temporary(name)),
          detail: "what was being written when its maker stopped; nothing depends on it"))
    }
    for name in listing.foreign.sorted() {
      add(
        InspectionFinding(
          .note, .foreignFile, file: path + "/" + name, detail: "not a file of a store"))
    }
  }
}
