import FileIO
import JournalEngine
import JournalFormat

/// Puts a map together from walks over the log, the snapshots and the state.
struct StoreMapBuilder {
  /// The stretch of a segment that records are going into.
  private struct Run {
    var file: Int
    var cell: Int
    /// Where the cell ends in the file.
    var end: Int64
    var commitCount = 0
    var entryByteCount: Int64 = 0
    var first: LogSequenceNumber
    var last: LogSequenceNumber
    var firstTime: Int64
    var lastTime: Int64
    /// The last cell that the last record reaches into.
    var lastCovered: Int
  }

  /// Where a record lies that reaches over several cells.
  private struct LongRecord {
    var file: Int
    var bytes: Range<Int64>
  }

  private(set) var map: StoreMap
  private var indices: [String: Int] = [:]
  private var fileName = ""
  /// The file of that name; `nil` when it is not in the picture.
  private var file: Int?
  private var run: Run?
  private var sources = SourceBytes()
  /// Bytes in force of each snapshot.
  private var live: [Int: Int64] = [:]
  /// Where in the log commits lie, for those who know only their numbers: ascending.
  private var places: [(first: LogSequenceNumber, file: Int, cell: Int)] = []
  /// At most one for each border between cells.
  private var longRecords: [LogSequenceNumber: LongRecord] = [:]

  init(_ status: JournalStatus, cellCount: Int) {
    map = StoreMap(status: status)
    let shown = status.files.filter { $0.kind == .segment || $0.kind == .snapshot }.sorted {
      ($0.first ?? .zero, $0.kind == .segment ? 1 : 0, $0.name)
        < ($1.first ?? .zero, $1.kind == .segment ? 1 : 0, $1.name)
    }
    let largest = max(1, shown.compactMap(\.byteCount).max() ?? 1)
    let step = max(1, (largest + Int64(cellCount) - 1) / Int64(cellCount))
    for info in shown {
      let byteCount = info.byteCount ?? 0
      var cells: [StoreMap.Cell] = []
      var offset: Int64 = 0
      repeat {
        cells.append(StoreMap.Cell(offset: offset, byteCount: min(step, byteCount - offset)))
        offset += step
      } while offset < byteCount
      indices[info.name] = map.files.count
      map.files.append(StoreMap.File(info: info, createdAt: nil, cells: cells))
    }
  }

  private func cell(at offset: Int64, of file: Int) -> Int {
    let cells = map.files[file].cells
    let step = max(1, cells[0].byteCount)
    return min(cells.count - 1, Int(max(0, offset) / step))
  }

  /// Takes note of a commit as it stands in the log; nothing of it is decoded.
  mutating func pass(_ record: borrowing RecordInPlace, in bytes: Span<UInt8>) {
    if record.file != fileName {
      endSegments()
      fileName = record.file
      // A segment that was begun after the status was taken is not in the picture.
      file = indices[fileName]
    }
    guard let file else { return }
    let (sequence, time) = (record.header.sequence, record.header.time)
    if run.map({ record.offset >= $0.end }) ?? true {
      endSegments()
      let cell = cell(at: record.offset, of: file)
      places.append((sequence, file, cell))
      run = Run(
        file: file, cell: cell, end: end(of: cell, of: file), first: sequence, last: sequence,
        firstTime: time, lastTime: time, lastCovered: cell)
    }
    var entryByteCount: Int64 = 0
    var changes = RecordChangeReader(record: record.place)
    while let change = changes.next(in: bytes) {
      guard case .put(let key, let value) = change else { continue }
      entryByteCount += Int64(key.count + value.count)
      sources.add(bytes.extracting(key), byteCount: key.count + value.count)
    }
    run?.commitCount += 1
    run?.last = sequence
    run?.lastTime = time
    let place = record.offset..<(record.offset + Int64(record.header.recordByteCount))
    if let run, place.upperBound <= run.end {
      self.run?.entryByteCount += entryByteCount
    } else {
      spread(LongRecord(file: file, bytes: place), sequence, time, entryByteCount)
    }
  }

  /// A long record lies in several cells, and what it holds does as well.
  private mutating func spread(
    _ record: LongRecord, _ sequence: LogSequenceNumber, _ time: Int64, _ entryByteCount: Int64
  ) {
    longRecords[sequence] = record
    for (cell, byteCount) in shares(of: record, entryByteCount) {
      map.files[record.file].cells[cell].mark(.records)
      map.files[record.file].cells[cell].entryByteCount += byteCount
      map.files[record.file].cells[cell].firstTime =
        map.files[record.file].cells[cell].firstTime ?? time
      map.files[record.file].cells[cell].lastTime = time
      run?.lastCovered = cell
    }
  }

  /// How much of something that a record holds lies in each cell that it reaches into.
  private func shares(
    of record: LongRecord, _ byteCount: Int64
  ) -> [(cell: Int, byteCount: Int64)] {
    let first = cell(at: record.bytes.lowerBound, of: record.file)
    let last = cell(at: record.bytes.upperBound - 1, of: record.file)
    let all = Double(record.bytes.upperBound - record.bytes.lowerBound)
    var rest = byteCount
    return (first...max(first, last)).map { cell in
      let start = max(record.bytes.lowerBound, map.files[record.file].cells[cell].offset)
      let end = min(record.bytes.upperBound, end(of: cell, of: record.file))
      let share = cell == last ? rest : Int64(Double(byteCount) * Double(end - start) / all)
      rest -= share
      return (cell, share)
    }
  }

  /// Where a cell ends; the last one takes what the file has grown by.
  private func end(of cell: Int, of file: Int) -> Int64 {
    let cells = map.files[file].cells
    return cell + 1 < cells.count ? cells[cell + 1].offset : .max
  }

  /// Puts what was counted into its cell.
  mutating func endSegments() {
    guard let run else { return }
    var cell = map.files[run.file].cells[run.cell]
    cell.mark(.records)
    cell.commitCount += run.commitCount
    cell.entryByteCount += run.entryByteCount
    cell.first = cell.first ?? run.first
    cell.last = run.last
    // A record from before may reach into it.
    cell.firstTime = cell.firstTime ?? run.firstTime
    cell.lastTime = run.lastTime
    map.files[run.file].cells[run.cell] = cell
    let source = sources.takeBusiest()
    // What a long record reaches into is its source's too, until a commit that begins there.
    for covered in run.cell...run.lastCovered {
      map.files[run.file].cells[covered].source = source
    }
    self.run = nil
  }

  mutating func pass(_ finding: InspectionFinding) {
    guard finding.severity > .note else { return }
    if !map.findings.contains(where: { $0.file == finding.file && $0.offset == finding.offset }) {
      map.findings.append(finding)
    }
    let name = finding.file.split(separator: "/").last.map(String.init) ?? ""
    guard let file = indices[name] else { return }
    let start = finding.offset ?? 0
    let byteCount = finding.offset == nil ? .max : max(1, finding.byteCount ?? 1)
    let (end, overflow) = start.addingReportingOverflow(byteCount - 1)
    let content: StoreMap.Content =
      finding.severity == .tornTail || finding.severity == .undecidable ? .torn : .damaged
    for index in cell(at: start, of: file)...cell(at: overflow ? .max : end, of: file) {
      map.files[file].cells[index].mark(content)
    }
  }

  /// Each snapshot is read twice: to be checked, and for what is in it.
  mutating func readSnapshots(
    in directory: any Directory, onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) {
    var progress = InspectionProgress(byteCount: 0, totalByteCount: 0, recordCount: 0)
    for file in map.files where file.info.kind == .snapshot {
      for _ in 0..<2 { progress.totalByteCount.add(clamping: file.info.byteCount ?? 0) }
    }
    for index in map.files.indices {
      let info = map.files[index].info
      guard info.kind == .snapshot, let first = info.first, let last = info.last else { continue }
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: info.name, in: directory, expecting: nil,
          covering: (from: first.previous, to: last))
        map.files[index].createdAt = reader.summary.createdAt
        let before = progress
        // All of the file is read a second time, for its entries.
        let end = before.byteCount.adding(clamping: reader.summary.byteCount)
          .adding(clamping: reader.summary.byteCount)
        let verification = reader.verify { byteCount, _ in
          progress.byteCount = before.byteCount.adding(clamping: byteCount)
          onProgress(progress)
        }
        for damage in verification.damages {
          guard var finding = InspectionFinding(damage.error) else { continue }
          finding.offset = damage.bytes.lowerBound
          finding.byteCount = damage.bytes.upperBound - damage.bytes.lowerBound
          pass(finding)
        }
        try read(reader, into: index) {
          progress.recordCount += 1
          // Bytes of entries, of which there may be more than the file has.
          progress.byteCount = min(end, progress.byteCount.adding(clamping: Int64($0)))
          if progress.recordCount % 1024 == 0 { onProgress(progress) }
        }
        progress.byteCount = end
      } catch {
        // Gone meanwhile, or damaged: which the picture shows.
        if let finding = InspectionFinding(error), finding.severity == .loss { pass(finding) }
      }
    }
  }

  /// Entries stand in order of their keys and are compressed a little; where one lies in the file
  /// follows closely enough from how many bytes stand before it.
  private mutating func read(
    _ reader: SnapshotReader, into index: Int, onEntry: (_ byteCount: Int) -> Void
  ) throws(JournalError) {
    let count = map.files[index].cells.count
    let summary = reader.summary
    let total = max(1, Double(summary.keyByteCount + summary.valueByteCount))
    var entry = Entry()
    var done: Int64 = 0
    var current = 0
    let cursor = reader.cursor()
    while try cursor.next(into: &entry) {
      let byteCount = entry.key.count + entry.value.count
      onEntry(byteCount)
      var rest = Int64(byteCount)
      while true {
        // What is left over by rounding lies in the last cell.
        let end = Int64(total * Double(current + 1) / Double(count))
        let share = current + 1 < count ? min(rest, end - done) : rest
        if share > 0 {
          map.files[index].cells[current].entryByteCount += share
          sources.add(entry.key.span, byteCount: Int(share))
          done += share
          rest -= share
        }
        if rest == 0 { break }
        map.files[index].cells[current].source = sources.takeBusiest()
        current += 1
      }
    }
    map.files[index].cells[current].source = sources.takeBusiest()
    for cell in map.files[index].cells.indices {
      map.files[index].cells[cell].mark(.records)
    }
  }

  /// Something in force that a commit put: it is so in the log, where that is left, and in the
  /// snapshot of the chain in use that covers the commit.
  mutating func passLive(byteCount: Int64, sequence: LogSequenceNumber) {
    if let record = longRecords[sequence] {
      for (cell, byteCount) in shares(of: record, byteCount) {
        map.files[record.file].cells[cell].liveByteCount += byteCount
      }
    } else if let place = place(of: sequence) {
      map.files[place.file].cells[place.cell].liveByteCount += byteCount
    }
    guard
      let snapshot = map.status.snapshots.first(where: {
        $0.after < sequence && sequence <= $0.through
      }), let file = indices[snapshot.name]
    else { return }
    live[file, default: 0] += byteCount
  }

  /// Which cell of a snapshot something in force lies in is not known by its commit, so what is in
  /// force is spread over all of them.
  mutating func finishLive() {
    map.isLiveKnown = true
    for (file, byteCount) in live {
      let all = Double(max(1, map.files[file].entryByteCount))
      // Up to a place rather than cell by cell: what rounding takes from one cell the next one gets.
      var (passed, given) = (Int64(0), Int64(0))
      for cell in map.files[file].cells.indices {
        passed += map.files[file].cells[cell].entryByteCount
        let due = Int64(Double(passed) * Double(byteCount) / all)
        map.files[file].cells[cell].liveByteCount = due - given
        given = due
      }
    }
  }

  private func place(of sequence: LogSequenceNumber) -> (file: Int, cell: Int)? {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].first <= sequence { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let place = places[low - 1]
    guard map.files[place.file].cells[place.cell].last.map({ $0 >= sequence }) ?? false else {
      return nil
    }
    return (place.file, place.cell)
  }
}

extension StoreMap.Cell {
  /// The worst of what a cell holds is what it shows.
  fileprivate mutating func mark(_ content: StoreMap.Content) {
    self.content = self.content.worse(content)
  }
}
