import FileIO

/// Puts records into a table, beside the thread that reads and judges them once there are so many that
/// another thread is worth it.
///
/// Records were found right before they come here, so nothing can turn up any more that would be a
/// reason to leave a store as it is: whoever has judged the whole log may go on to make it fit to be
/// written on, syncs included, while the last records are on their way. The other thread touches no
/// file, and it has ended when ``table`` is answered or the builder goes away.
package final class TableBuilder {
  /// A second window is worth a thread.
  package static let aloneByteCount = 256 << 10
  /// So many chunks are ready when a window comes that is likely to fill them: in vain where the log is
  /// of few streams.
  private static let readyChunkCount = 4
  /// A longer window, which a long record has stretched, is not kept in memory beside the next one.
  static let longestWindowByteCount = 256 << 10

  private let building = ChangeTable()
  private let keys: KeySelection
  private let aloneByteCount: Int
  /// The bytes of records that the thread which reads has put into the table.
  private var appliedByteCount = 0
  private var helper: (line: WindowLine, thread: OwnedThread)?

  /// - Parameters:
  ///   - keys: what is put into the table. Of a selection there is too little for another thread.
  ///   - aloneByteCount: how many bytes of records come before there is another thread.
  init(keeping keys: KeySelection = .everything, alone aloneByteCount: Int = aloneByteCount) {
    self.keys = keys
    self.aloneByteCount = keys == .everything ? aloneByteCount : .max
  }

  deinit { endHelper(abandoning: true) }

  /// The table with all records so far; waits until they are there.
  var table: ChangeTable {
    endHelper(abandoning: false)
    return building
  }

  /// Whether a window of so many bytes is to be left to the other thread, which begins when it is due.
  func wantsWindow(_ byteCount: Int) -> Bool {
    guard byteCount <= Self.longestWindowByteCount else { return false }
    if helper == nil, appliedByteCount >= aloneByteCount { startHelper() }
    return helper != nil
  }

  /// A window to read on in, which may be empty.
  func spareWindow() -> [UInt8] { helper?.line.spareWindow() ?? [] }

  /// Leaves the records of a window to the other thread.
  ///
  /// - Parameter byteCountAhead: how many bytes of records may come behind them.
  func take(_ window: [UInt8], _ records: Range<Int>, byteCountAhead: Int64) {
    guard let helper else { return apply(records, of: window.span) }
    // Who would wait now fetches memory for the other thread, which clearing it would hold up.
    if helper.line.isFull, ChunkReserve.shared.count < Self.readyChunkCount {
      ChunkReserve.shared.prepare()
    }
    helper.line.append(
      WindowLine.Window(bytes: window, records: records, byteCountAhead: byteCountAhead))
  }

  /// Puts records into the table at once.
  func apply(_ records: Range<Int>, of bytes: Span<UInt8>) {
    endHelper(abandoning: false)
    RecordReplay.applyAll(records, of: bytes, keeping: keys, to: building)
    appliedByteCount += records.count
  }

  // MARK: The other thread

  private func startHelper() {
    let line = WindowLine()
    let table = building
    if let thread = try? OwnedThread(name: "journal-replay", { Self.apply(line, to: table) }) {
      helper = (line, thread)
    } else {
      // Where no thread can be started, this one does it all.
      appliedByteCount = .min
    }
  }

  private static func apply(_ line: WindowLine, to table: ChangeTable) {
    var growth = TableGrowth(of: table)
    while let next = line.next() {
      if growth.isFast, ChunkReserve.shared.count < readyChunkCount {
        ChunkReserve.shared.prepare()
      }
      RecordReplay.applyAll(next.records, of: next.bytes.span, to: table)
      growth.note(next, in: table)
      line.giveBack(next.bytes)
    }
  }

  /// Waits for the other thread's end.
  private func endHelper(abandoning: Bool) {
    guard let (line, thread) = helper.take() else { return }
    line.close(abandoning: abandoning)
    thread.join()
  }
}

/// Makes room in a table once for all that comes, when it grows large: each step of its growth would
/// cost memory fresh from the system.
private struct TableGrowth {
  /// A table of fewer entries grows within the caches.
  private static let leastCount = 16_384
  /// What is said to come may be a hole in a file, so room is made for a few times of what is there.
  private static let largestFactor = 8.0

  private var countBefore: Int
  private var byteCountBefore: Int
  private var isDone = false
  /// Whether a fair part of the last window was new, so that the next one needs memory.
  private(set) var isFast = false

  init(of table: ChangeTable) {
    countBefore = table.count
    byteCountBefore = table.entryByteCount
  }

  /// Looks at what the records of a window came to: what comes is likely to bring no more new keys.
  mutating func note(_ window: WindowLine.Window, in table: ChangeTable) {
    let count = table.count
    isFast =
      table.entryByteCount >= ChunkList.largeByteCount
      && table.entryByteCount - byteCountBefore >= window.records.count / 4
    if !isDone, count >= Self.leastCount {
      let share = Double(count - countBefore) / Double(window.records.count)
      let expected = Double(count) + share * Double(window.byteCountAhead)
      if share > 0 { table.reserve(Int(min(expected, Double(count) * Self.largestFactor))) }
      isDone = true
    }
    countBefore = count
    byteCountBefore = table.entryByteCount
  }
}
