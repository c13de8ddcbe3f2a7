import JournalFormat

/// Walks the entries of one snapshot in ascending order of their keys, removals included.
///
/// Reads ahead: one block at first, which may come from the reader's cache, then twice as much each
/// time up to 256 KiB, never past the last block that can hold a key with the prefix. So a short
/// walk costs one block and a long one runs at the speed of the disk. Scans leave the cache alone.
package final class SnapshotCursor: EntryCursor {
  private static let readByteCount: Int64 = 256 << 10

  private let reader: SnapshotReader
  private let start: [UInt8]
  private let prefix: [UInt8]

  // One owner at a time walks: what each step touches is not checked for overlapping accesses.
  @exclusivity(unchecked) private var walker = SnapshotBlockWalker()
  /// Blocks that lie in `bytes`, the first at `bytesOffset` in the file.
  private var bytes: [UInt8] = []
  private var bytesOffset: Int64 = 0
  /// The block after the last one in `bytes`.
  private var loadedEnd: Int
  /// The block to go to next.
  private var nextBlock: Int
  private let endBlock: Int
  private var readAhead: Int64 = 16 << 10
  /// The place in `bytes` of the block that is being walked.
  private var current: Range<Int>?
  /// Whether the walk has not reached `start` yet.
  private var isSeeking = true

  /// - Parameter limit: no block is read that holds no key before it.
  init(
    _ reader: SnapshotReader, from start: [UInt8], prefix: [UInt8], upTo limit: [UInt8]? = nil
  ) {
    let start = start.span.order(comparedTo: prefix.span) > 0 ? start : prefix
    self.reader = reader
    self.prefix = prefix
    self.start = start
    let end = reader.index.firstBlock(behindPrefix: prefix.span)
    endBlock = limit.map { min(end, reader.index.firstBlock(notBefore: $0.span)) } ?? end
    nextBlock = reader.index.firstBlock(from: start.span)
    loadedEnd = nextBlock
  }

  /// After an error the walk is over: asking again gives the end, never entries out of context.
  package func next(into entry: inout Entry) throws(JournalError) -> Bool {
    while true {
      if let current {
        do throws(SnapshotDefect) {
          if try takeEntry(of: current, into: &entry) { return true }
        } catch {
          let offset = bytesOffset + Int64(current.lowerBound)
          finish()
          throw reader.source.error(error, .block, at: offset)
        }
      }
      guard nextBlock < endBlock else {
        finish()
        return false
      }
      do throws(JournalError) {
        try enterNextBlock()
      } catch {
        finish()
        throw error
      }
    }
  }

  /// Takes the next entry of the block at `place`, or returns false when there is none.
  private func takeEntry(
    of place: Range<Int>, into entry: inout Entry
  ) throws(SnapshotDefect) -> Bool {
    // Local, because a span of a property of an object cannot outlive one access to it.
    let bytes = bytes
    let block = bytes.span.extracting(place)
    while let layout = try unsafe walker.next(in: block) {
      if isSeeking {
        let start = start
        if unsafe walker.order(comparedTo: start.span) < 0 { continue }
        isSeeking = false
      }
      if !prefix.isEmpty {
        let prefix = prefix
        guard unsafe walker.begins(with: prefix.span) else {
          nextBlock = endBlock
          break
        }
      }
      entry.sequence = try layout.sequence(in: reader.source.header)
      entry.isRemoval = layout.isRemoval
      unsafe walker.copyKey(into: &entry.key)
      entry.value.replaceAll(with: block.extracting(layout.value))
      return true
    }
    current = nil
    return false
  }

  private func enterNextBlock() throws(JournalError) {
    if nextBlock == loadedEnd { try load() }
    let place = reader.index.block(nextBlock)
    let range = Int(place.lowerBound - bytesOffset)..<Int(place.upperBound - bytesOffset)
    let bytes = bytes
    let block = bytes.span.extracting(range)
    let frame = try reader.source.check(block, at: place.lowerBound)
    if isSeeking {
      let start = start
      do throws(SnapshotDefect) {
        try unsafe walker.enter(frame, near: start.span, in: block)
      } catch {
        throw reader.source.error(error, .block, at: place.lowerBound)
      }
    } else {
      unsafe walker.enter(frame)
    }
    current = range
    nextBlock += 1
  }

  /// Brings the next blocks into memory, as many as are read ahead.
  private func load() throws(JournalError) {
    let start = reader.index.block(nextBlock).lowerBound
    bytesOffset = start
    if isSeeking {
      bytes = try reader.block(nextBlock)
      loadedEnd = nextBlock + 1
      return
    }
    readAhead = min(readAhead * 2, Self.readByteCount)
    loadedEnd = nextBlock + 1
    while loadedEnd < endBlock,
      reader.index.block(loadedEnd).upperBound - start <= readAhead
    {
      loadedEnd += 1
    }
    let end = reader.index.block(loadedEnd - 1).upperBound
    try reader.source.read(start..<end, into: &bytes, part: .block)
  }

  private func finish() {
    current = nil
    nextBlock = endBlock
    loadedEnd = endBlock
    bytes = []
  }
}
