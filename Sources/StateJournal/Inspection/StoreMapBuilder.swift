import FileIO
import JournalEngine
import JournalFormat

/// Puts a map together from walks over the log, the snapshots and the state.
struct StoreMapBuilder {
  private(set) var map: StoreMap
  private var indices: [String: Int] = [:]
  /// The cell that records are going into, and whose bytes they are.
  private var current: (file: Int, cell: Int)?
  private var sources = SourceBytes()
  /// The last cell that the last record reaches into.
  private var lastCovered = 0
  /// Bytes in force of each snapshot.
  private var live: [Int: Int64] = [:]
  /// Where in the log commits lie, for those who know only their numbers: ascending.
  private var places: [(first: LogSequenceNumber, file: Int, cell: Int)] = []

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

  mutating func pass(_ record: JournalRecord) {
    // A segment that was begun after the status was taken is not in the picture.
    guard let file = indices[record.file] else { return }
    let place = (file: file, cell: cell(at: record.offset, of: file))
    if let current, current != place { endCell() }
    if current == nil { places.append((record.sequence, place.file, place.cell)) }
    current = place
    var cell = map.files[file].cells[place.cell]
    cell.mark(.records)
    cell.commitCount += 1
    cell.first = cell.first ?? record.sequence
    cell.last = record.sequence
    cell.firstTime = cell.firstTime ?? record.time
    cell.lastTime = record.time
    for change in record.changes {
      guard case .put(let key, let value) = change else { continue }
      cell.entryByteCount += Int64(key.count + value.count)
      sources.add(key, byteCount: key.count + value.count)
    }
    map.files[file].cells[place.cell] = cell
    // A long record reaches over several cells.
    let last = self.cell(at: record.offset + Int64(record.byteCount) - 1, of: file)
    for covered in place.cell..<max(last + 1, place.cell) {
      map.files[file].cells[covered].mark(.records)
      map.files[file].cells[covered].firstTime =
        map.files[file].cells[covered].firstTime ?? record.time
      map.files[file].cells[covered].lastTime = record.time
    }
    lastCovered = max(last, place.cell)
  }

  mutating func endSegments() { if current != nil { endCell() } }

  private mutating func endCell() {
    guard let place = current else { return }
    let source = sources.takeBusiest()
    // What a long record reaches into is its source's too, until a commit that begins there.
    for cell in place.cell...max(place.cell, lastCovered) {
      map.files[place.file].cells[cell].source = source
    }
    current = nil
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

  mutating func readSnapshots(in directory: any Directory) throws(JournalError) {
    for index in map.files.indices {
      let info = map.files[index].info
      guard info.kind == .snapshot, let first = info.first, let last = info.last else { continue }
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: info.name, in: directory, expecting: nil,
          covering: (from: first.previous, to: last))
        map.files[index].createdAt = reader.summary.createdAt
        for damage in reader.verify().damages {
          guard var finding = InspectionFinding(damage.error) else { continue }
          finding.offset = damage.bytes.lowerBound
          finding.byteCount = damage.bytes.upperBound - damage.bytes.lowerBound
          pass(finding)
        }
        try read(reader, into: index)
      } catch {
        // Gone meanwhile, or damaged: which the picture shows.
        if let finding = InspectionFinding(error), finding.severity == .loss { pass(finding) }
      }
    }
  }

  /// Entries stand in order of their keys and are compressed a little; where one lies in the file
  /// follows closely enough from how many bytes stand before it.
  private mutating func read(_ reader: SnapshotReader, into index: Int) throws(JournalError) {
    let cells = map.files[index].cells.count
    let total = max(1, reader.summary.entryCount)
    var entry = Entry()
    var count = 0
    var last = 0
    let cursor = reader.cursor()
    while try cursor.next(into: &entry) {
      let cell = min(cells - 1, count * cells / total)
      if cell != last {
        map.files[index].cells[last].source = sources.takeBusiest()
        last = cell
      }
      count += 1
      let byteCount = entry.key.count + entry.value.count
      map.files[index].cells[cell].entryByteCount += Int64(byteCount)
      sources.add(entry.key, byteCount: byteCount)
      map.files[index].cells[cell].mark(.records)
    }
    map.files[index].cells[last].source = sources.takeBusiest()
    // Small entries can leave cells out.
    for cell in map.files[index].cells.indices {
      map.files[index].cells[cell].mark(.records)
    }
  }

  /// Something in force that a commit put: it is so in the log, where that is left, and in the
  /// snapshot of the chain in use that covers the commit.
  mutating func passLive(byteCount: Int64, sequence: LogSequenceNumber) {
    if let place = place(of: sequence) {
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
      let all = max(1, map.files[file].entryByteCount)
      for cell in map.files[file].cells.indices {
        map.files[file].cells[cell].liveByteCount = Int64(
          Double(map.files[file].cells[cell].entryByteCount) * Double(byteCount) / Double(all))
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

/// Whose bytes there are in a cell. Only so many sources are told apart: the busiest one is among the
/// first that appear wherever it matters.
private struct SourceBytes {
  private static let maximumCount = 64

  private var byteCounts: [[UInt8]: Int] = [:]

  mutating func add(_ key: [UInt8], byteCount: Int) {
    guard !StateKeyCoding.isReserved(key.span),
      let end = StateKeyCoding.endOfSource(key.span)
    else { return }
    let source = Array(key[..<end])
    if byteCounts.count >= Self.maximumCount, byteCounts[source] == nil { return }
    byteCounts[source, default: 0] += byteCount
  }

  /// The source with most bytes since the last call.
  mutating func takeBusiest() -> String? {
    defer { byteCounts.removeAll(keepingCapacity: true) }
    let busiest = byteCounts.max { left, right in
      left.value == right.value
        ? right.key.lexicographicallyPrecedes(left.key) : left.value < right.value
    }
    guard let key = busiest?.key else { return nil }
    return (try? StateKeyCoding.source(of: key.span))?.source
  }
}
