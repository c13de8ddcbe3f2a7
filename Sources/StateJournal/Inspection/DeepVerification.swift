import FileIO
public import JournalEngine
import JournalFormat

extension JournalInspector {
  /// Checks every byte of every file, as ``verify(onProgress:)`` does, and what the bytes mean: every
  /// key and value in the log and in all snapshots must be state, and where several generations of
  /// files give the state as of the same commit, they must give the same. Where blocks of a snapshot are
  /// damaged, that is done with all the others.
  ///
  /// - Parameter onProgress: called about once per mebibyte of files, and then of the log;
  ///   ``onStateProgress`` for entries of snapshots and for states that are compared.
  /// - Throws: as ``verify(onProgress:)``.
  /// - Complexity: O(bytes of all files); memory is bounded.
  public func verifyDeeply(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> JournalVerification {
    var result = try verify(onProgress: onProgress)
    var deep = DeepVerification(inspector: self, known: result.findings)
    try deep.checkLog(onProgress: onProgress)
    try deep.checkSnapshots()
    // Which generation is right cannot be asked where a state cannot be read at all.
    if result.isStateIntact { try deep.compareGenerations() }
    result.add(deep.findings)
    return result
  }

  /// What the keys at risk of a finding were before the first commit that it concerns, as far as the
  /// files still tell: the last good values.
  ///
  /// - Returns: an entry for each key that had a value; `nil` when that state is out of reach.
  /// - Throws: as ``status(isExact:)``.
  public func lastGoodValues(
    for finding: InspectionFinding
  ) throws(JournalError) -> [InspectedEntry]? {
    do {
      return try valuesBefore(finding)
    } catch {
      switch error.reason {
      case .unreachable, .damage: return nil
      default: throw error
      }
    }
  }

  /// The same; throws where that state is out of reach or damaged, too.
  func valuesBefore(_ finding: InspectionFinding) throws(JournalError) -> [InspectedEntry]? {
    guard let sequence = finding.sequence, sequence > LogSequenceNumber(1),
      !finding.keysAtRisk.isEmpty
    else { return nil }
    return try JournalReader.reading(
      path, in: fileSystem, at: sequence.previous, onProgress: onOpeningProgress
    ) {
      (reader) throws(JournalError) in
      var entries: [InspectedEntry] = []
      for key in finding.keysAtRisk {
        guard let (value, version) = try reader.view.get(key.span) else { continue }
        entries.append(
          InspectedEntry(
            StoredContent(key: key.span, value: value.span),
            version: StateVersion(number: version.rawValue)))
      }
      return entries
    }
  }
}

/// The part of a deep verification that goes behind the bytes.
struct DeepVerification {
  /// Findings beyond these are not listed: where everything is wrong, more of them tell nothing.
  static let maximumFindingCount = 1000

  let inspector: JournalInspector
  /// What the check of the bytes found.
  private let known: [InspectionFinding]
  private(set) var findings: [InspectionFinding] = []

  init(inspector: JournalInspector, known: [InspectionFinding]) {
    self.inspector = inspector
    self.known = known
  }

  mutating func add(_ finding: InspectionFinding) {
    guard findings.count < Self.maximumFindingCount else { return }
    var finding = finding
    if finding.advice.isEmpty {
      finding.advice =
        "see what it is: journal-tool dump \(Shell.quoted(inspector.path)) --raw --from "
        + "\(finding.sequence ?? .zero) --limit 1"
    }
    findings.append(finding)
  }

  /// Goes on past what cannot be read: the check of the bytes has found it already, or the file has
  /// gone since, or it went bad meanwhile, which is a finding of its own.
  ///
  /// - Throws: an error that says nothing of files.
  mutating func pass(_ error: JournalError) throws(JournalError) {
    guard var finding = InspectionFinding(error) else { throw error }
    if case .io(let failure) = error.reason, failure.isMissing { return }
    if known.contains(where: { $0.file == finding.file && $0.severity >= .unreadable }) { return }
    finding.advice = "check again: journal-tool verify \(Shell.quoted(inspector.path))"
    add(finding)
  }

  /// The parts of the space of keys of which all blocks of some snapshots can be read.
  func readableParts(of ranges: [SnapshotRange]) -> [InspectionFinding.KeyRange] {
    let names = Set(ranges.map { inspector.path + "/" + FileName.snapshot($0).text })
    return KeyHoles(known.filter { names.contains($0.file) }.compactMap(\.keyRange)).rest
  }

  // MARK: What the bytes mean

  mutating func checkLog(
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) {
    var found: [InspectionFinding] = []
    var others = EntriesOfOthers()
    try inspector.forEachRecordInPlace(
      in: .zero...LogSequenceNumber(.max), onProgress: onProgress
    ) { item, bytes in
      guard case .record(let record) = item else { return true }
      var changes = RecordChangeReader(record: record.place)
      while let change = changes.next(in: bytes) {
        guard case .put(let key, let value) = change else { continue }
        let sequence = record.header.sequence
        let meaning = EntryMeaning(
          key: bytes.extracting(key), value: bytes.extracting(value))
        if meaning == .state { continue }
        var finding = InspectionFinding(
          .loss, .noState, file: inspector.path + "/" + record.file, offset: record.offset,
          byteCount: Int64(record.header.recordByteCount), sequence: sequence,
          lastSequence: sequence,
          detail: "the checksum is right, and the value at an address is no state")
        if meaning == .foreign {
          others.add(finding, key: bytes.extracting(key))
          continue
        }
        finding.keysAtRisk = [[UInt8](copying: bytes.extracting(key))]
        found.append(finding)
      }
      return found.count < Self.maximumFindingCount
    }
    for finding in found { add(finding) }
    if let finding = others.finding(in: "the log") { add(finding) }
  }

  mutating func checkSnapshots() throws(JournalError) {
    let directory = try JournalReader.openDirectory(inspector.path, in: inspector.fileSystem)
    var others = EntriesOfOthers()
    for range in try DirectoryListing.read(directory).snapshots {
      let name = FileName.snapshot(range).text
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: name, in: directory, expecting: nil,
          covering: (from: range.after, to: range.through))
        try check(reader, of: range, named: name, &others)
      } catch {
        try pass(error)
      }
    }
    if let finding = others.finding(in: "the snapshots") { add(finding) }
  }

  private mutating func check(
    _ reader: SnapshotReader, of range: SnapshotRange, named name: String,
    _ others: inout EntriesOfOthers
  ) throws(JournalError) {
    var progress = StateProgress(reader.summary.byteCount, inspector.onStateProgress)
    defer { progress.end() }
    var entry = Entry()
    for part in readableParts(of: [range]) {
      let cursor = reader.cursor(from: part.lowerBound, upTo: part.upperBound)
      while try cursor.next(into: &entry) {
        progress.pass(entry)
        check(entry, of: range, named: name, &others)
      }
    }
  }

  private mutating func check(
    _ entry: Entry, of range: SnapshotRange, named name: String, _ others: inout EntriesOfOthers
  ) {
    var finding = InspectionFinding(
      .loss, .noState, file: inspector.path + "/" + name, sequence: entry.sequence,
      lastSequence: entry.sequence, detail: "")
    finding.advice = "see what it is: journal-tool replay \(Shell.quoted(inspector.path)) --json"
    if entry.sequence <= range.after || entry.sequence > range.through {
      finding.detail =
        "an entry was put by commit \(entry.sequence), outside of the snapshot's range"
    } else if entry.isRemoval {
      return
    } else {
      switch EntryMeaning(key: entry.key.span, value: entry.value.span) {
      case .state: return
      case .foreign: return others.add(finding, key: entry.key.span)
      case .broken: finding.detail = "the value at an address is no state"
      }
    }
    finding.keysAtRisk = [entry.key]
    add(finding)
  }
}
