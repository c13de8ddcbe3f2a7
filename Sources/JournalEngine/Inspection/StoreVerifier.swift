package import FileIO
import JournalFormat

/// Checks every byte of every file of a store, whether or not the state depends on it, and says
/// what it means for the state. Takes no lock and writes nothing.
///
/// Beside a writer and a compaction, files appear and vanish meanwhile. A file that is gone is no
/// finding: what matters is whether the files that are there join, and a loss is believed only when
/// a second look at the directory finds the same one. Memory: one read window, and a few bytes for
/// each file.
package struct StoreVerifier {
  private static let maximumLookCount = 100

  private let directory: any Directory
  private let onProgress: (InspectionProgress) -> Void
  private var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
  private var facts = StoreFacts()
  /// Bytes of segments that are among those of `progress`: another look at them is no progress.
  private var countedByteCounts: [LogSequenceNumber: Int64] = [:]
  /// The commits where snapshots end, which must have been made of the log as it is.
  private var snapshotEnds: Set<LogSequenceNumber> = []

  private init(_ directory: any Directory, onProgress: @escaping (InspectionProgress) -> Void) {
    self.directory = directory
    self.onProgress = onProgress
  }

  /// Checks the store in a directory.
  ///
  /// - Throws: ``JournalError/Reason/notAStore``; ``JournalError/Reason/newerFormat(version:)``;
  ///   `io` when the directory itself cannot be read; ``JournalError/Reason/unsettled``. Damage is
  ///   not thrown but found.
  package static func verify(
    _ directory: any Directory, onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> JournalVerification {
    try withoutActuallyEscaping(onProgress) { onProgress throws(JournalError) in
      var verifier = StoreVerifier(directory, onProgress: onProgress)
      return try verifier.run()
    }
  }

  private mutating func run() throws(JournalError) -> JournalVerification {
    var last: JournalVerification?
    for _ in 0..<Self.maximumLookCount {
      let (result, isComplete) = try look()
      if result.isStateIntact { return result }
      if isComplete, let last, last.saysTheSame(as: result) { return result }
      last = isComplete ? result : nil
    }
    if let last { return last }
    throw JournalError(
      .unsettled, file: directory.path,
      detail: "files were replaced faster than they could be read; try again")
  }

  /// Looks at the directory once and checks what has not been checked yet. Says whether all files
  /// that were listed were still there when they were opened.
  private mutating func look() throws(JournalError) -> (JournalVerification, isComplete: Bool) {
    let hadWriter = DirectoryLock.isHeld(.writer, in: directory)
    // Read before everything else: a writer beside us moves it only after the log has reached it.
    facts.watermark = nil
    facts.watermarkFinding = nil
    do {
      facts.watermark = try WatermarkFile.read(directory)
    } catch {
      guard let finding = InspectionFinding(error) else { throw error }
      facts.watermarkFinding = finding
    }
    facts.store = facts.watermark?.store ?? facts.store
    var listing = try DirectoryListing.read(directory)
    guard listing.isStore else {
      throw JournalError(
        .notAStore, file: directory.path, detail: "the directory holds no segment and no snapshot")
    }
    expectBytes(of: listing)
    snapshotEnds = Set(listing.snapshots.map(\.through))
    var isComplete = true
    for range in listing.snapshots.sorted(by: { $0.through < $1.through })
    where facts.snapshots[range] == nil {
      if try !check(range) {
        listing.snapshots.removeAll { $0 == range }
        isComplete = false
      }
    }
    let firsts = listing.segments
    for (index, first) in firsts.enumerated() where facts.segments[first]?.wasLast ?? true {
      if try !check(first, successor: index + 1 < firsts.count ? firsts[index + 1] : nil) {
        listing.segments.removeAll { $0 == first }
        isComplete = false
      }
    }
    facts.hasWriter = hadWriter || DirectoryLock.isHeld(.writer, in: directory)
    facts.hasCompaction = DirectoryLock.isHeld(.compaction, in: directory)
    return (StoreAssessment.assess(listing, facts, in: directory.path), isComplete)
  }

  /// Checks a snapshot; false when it is gone.
  private mutating func check(_ range: SnapshotRange) throws(JournalError) -> Bool {
    var found = SnapshotFacts()
    do throws(JournalError) {
      let reader = try SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: facts.store,
        covering: (from: range.after, to: range.through))
      facts.store = facts.store ?? reader.summary.identity
      let before = progress
      let result = reader.verify { byteCount, entryCount in
        progress.byteCount = before.byteCount.adding(clamping: byteCount)
        progress.recordCount = before.recordCount.adding(clamping: entryCount)
        onProgress(progress)
      }
      found.entryCount = result.entryCount
      found.byteCount = reader.summary.byteCount
      found.histories = (reader.summary.historyBefore, reader.summary.historyThrough)
      for damage in result.damages {
        guard var finding = InspectionFinding(damage.error) else { throw damage.error }
        finding.byteCount = damage.bytes.upperBound - damage.bytes.lowerBound
        finding.keyRange = InspectionFinding.KeyRange(
          lowerBound: damage.firstKey, upperBound: damage.keyLimit)
        found.findings.append(finding)
      }
      for error in result.filterErrors {
        guard var finding = InspectionFinding(error) else { throw error }
        if finding.severity == .loss { finding.severity = .covered }
        found.findings.append(finding)
      }
      if let error = result.summaryError {
        guard let finding = InspectionFinding(error) else { throw error }
        found.findings.append(finding)
      }
    } catch {
      if error.isMissingFile { return false }
      guard var finding = InspectionFinding(error) else { throw error }
      finding.sequence = range.after.next
      finding.lastSequence = range.through
      found.findings.append(finding)
      progress.byteCount.add(
        clamping: directory.byteCount(of: FileName.snapshot(range).text) ?? 0)
    }
    facts.snapshots[range] = found
    return true
  }

  /// Checks a segment; false when it is gone.
  private mutating func check(
    _ first: LogSequenceNumber, successor: LogSequenceNumber?
  ) throws(JournalError) -> Bool {
    var found = SegmentFacts(first: first, wasLast: successor == nil)
    do throws(JournalError) {
      let reader = try SegmentReader.open(
        FileName.segment(first: first).text, in: directory, first: first,
        isLast: successor == nil, store: facts.store)
      if let reader {
        facts.store = facts.store ?? reader.header.store
        found.salts = (reader.header.salt, reader.header.previousSalt)
        found.historyBefore = reader.header.history
        try walk(reader, successor: successor, into: &found)
      } else {
        found.isUnfinished = true
      }
    } catch {
      if error.isMissingFile { return false }
      guard var finding = InspectionFinding(error) else { throw error }
      finding.sequence = finding.sequence ?? found.end.next
      finding.lastSequence = successor?.previous
      found.add(finding)
    }
    facts.segments[first] = found
    // Also one whose header is damaged, which nobody reads further.
    let byteCount =
      found.byteCount > 0
      ? found.byteCount : directory.byteCount(of: FileName.segment(first: first).text) ?? 0
    count(byteCount, of: first)
    return true
  }

  private mutating func walk(
    _ reader: SegmentReader, successor: LogSequenceNumber?, into found: inout SegmentFacts
  ) throws(JournalError) {
    var walk = SegmentWalk(
      reader, successor: successor, watermark: facts.watermark)
    var reported: Int64 = 0
    scan: while true {
      switch try walk.next() {
      case .record(let header):
        found.add(header.sequence)
        if snapshotEnds.contains(header.sequence) {
          found.histories[header.sequence] = walk.history
        }
        progress.recordCount.add(clamping: 1)
        facts.keysAtRisk.pass(walk.reader.record, of: walk.reader.window.span)
      case .finding(let finding):
        found.add(finding)
        facts.keysAtRisk.add(finding.keysAtRisk)
      case .end:
        break scan
      }
      found.end = walk.expected.previous
      if walk.reader.position - reported > 1 << 20 {
        reported = walk.reader.position
        count(reported, of: found.first)
      }
    }
    found.end = walk.expected.previous
    found.historyThrough = walk.history
    found.byteCount = walk.reader.fileByteCount
  }

  /// Says that a segment has been read so far, as far as no earlier look has.
  private mutating func count(_ byteCount: Int64, of first: LogSequenceNumber) {
    let counted = countedByteCounts[first] ?? 0
    if byteCount > counted {
      countedByteCounts[first] = byteCount
      progress.byteCount.add(clamping: byteCount - counted)
    }
    onProgress(progress)
  }

  /// Adds the sizes of the files that are to be checked to what there is to do.
  private mutating func expectBytes(of listing: DirectoryListing) {
    progress.totalByteCount = progress.byteCount
    for range in listing.snapshots where facts.snapshots[range] == nil {
      progress.totalByteCount.add(
        clamping: directory.byteCount(of: FileName.snapshot(range).text) ?? 0)
    }
    for first in listing.segments where facts.segments[first]?.wasLast ?? true {
      let byteCount = directory.byteCount(of: FileName.segment(first: first).text) ?? 0
      progress.totalByteCount.add(
        clamping: max(byteCount - (countedByteCounts[first] ?? 0), 0))
    }
  }
}

extension Directory {
  /// The size of a file, for progress and listings; `nil` when it cannot be told.
  package func byteCount(of name: String) -> Int64? {
    guard let file = try? openFile(name, .read) else { return nil }
    return try? file.byteCount()
  }
}

extension DirectoryLock {
  /// Whether somebody holds the lock, as far as can be told; for explanations, never for decisions
  /// about writing.
  static func isHeld(_ role: Role, in directory: any Directory) -> Bool {
    // Two levels of optional: held or not, and by whom, which an owner may not have said yet.
    switch try? currentOwner(of: role, in: directory) {
    case .some: true
    case .none: false
    }
  }
}

extension JournalVerification {
  /// Whether another look found the same to be lost.
  fileprivate func saysTheSame(as other: JournalVerification) -> Bool {
    lostSequences == other.lostSequences
      && findings.filter { $0.severity == .loss } == other.findings.filter { $0.severity == .loss }
  }
}
