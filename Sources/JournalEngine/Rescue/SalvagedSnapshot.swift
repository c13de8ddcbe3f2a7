import FileIO
import JournalFormat

/// What can still be read from a snapshot, block by block, whatever is wrong with the rest of it.
///
/// A block is believed when its checksum is right, which covers the salt of the file and the block's
/// place in it, and when its keys come behind those of the blocks before. Where the index is sound it
/// says where blocks begin; else they are looked for from the front, each behind the one before, and
/// byte by byte behind one that is damaged.
struct SalvagedSnapshot {
  let file: any File
  let header: SnapshotHeader
  /// The places of sound blocks, ascending.
  private(set) var blocks: [Range<Int64>] = []
  /// The keys that the file may have said something about, and sound blocks do not.
  private(set) var holes = KeyHoles()
  /// What the file hides in older ones; empty when that part is damaged.
  let removedPrefixes: RemovedPrefixes

  /// - Throws: `io`, `newerFormat`, `foreignStore`. Any other damage is what it is made for.
  static func read(
    _ range: SnapshotRange, in directory: any Directory, store: StoreIdentity?
  ) throws(JournalError) -> SalvagedSnapshot {
    let name = FileName.snapshot(range).text
    let reader: SnapshotReader
    do throws(JournalError) {
      reader = try SnapshotReader(
        opening: name, in: directory, expecting: store, covering: (range.after, range.through))
    } catch {
      guard case .damage(let damage) = error.reason, damage != .foreignStore else { throw error }
      return try SalvagedSnapshot(searching: name, range, in: directory, store: store)
    }
    return try SalvagedSnapshot(reader)
  }

  private init(_ reader: SnapshotReader) throws(JournalError) {
    file = reader.source.file
    header = reader.source.header
    removedPrefixes = reader.removedPrefixes
    var search = BlockSearch(file, header: header)
    for ordinal in 0..<reader.index.blockCount {
      try take(reader.index.block(ordinal), &search)
    }
    close(search.hole(before: nil))
  }

  private init(
    searching name: String, _ range: SnapshotRange, in directory: any Directory,
    store: StoreIdentity?
  ) throws(JournalError) {
    var bytes = [UInt8](repeating: 0, count: SnapshotHeader.byteCount)
    let byteCount: Int64
    do throws(IOFailure) {
      file = try directory.openFile(name, .read)
      byteCount = try file.byteCount()
      _ = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
    } catch {
      throw JournalError(error)
    }
    // A salt that is wrong shows no block at all, so it may be tried whatever the header is worth.
    header = SnapshotHeader(
      identity: store ?? StoreIdentity(high: 0, low: 0), from: range.after, to: range.through,
      salt: bytes.span.loadUInt64(at: 48), createdAt: 0, historyBefore: .empty,
      historyThrough: .empty)
    removedPrefixes = RemovedPrefixes()
    if let own = try? SnapshotHeader(decoding: bytes.span),
      (own.from, own.to) != (header.from, header.to)
    {
      // Given another name: what it says about commits cannot be told.
      holes = .everything
      return
    }
    var search = BlockSearch(file, header: header)
    var offset = Int64(SnapshotHeader.byteCount)
    while let place = try search.next(from: offset, before: byteCount) {
      if place.lowerBound > offset { search.isInHole = true }
      try take(place, &search)
      offset = place.upperBound
    }
    // Without an index, only what follows the blocks tells that the last of them was the last one.
    let isEnd = try Self.isEnd(offset, of: file, salt: header.salt)
    if !isEnd { search.isInHole = true }
    close(search.hole(before: nil))
    // A run may have hidden any key of older files, and what it said about that is lost.
    if !isEnd, !range.isBase { holes = .everything }
  }

  /// Whether the part behind the blocks begins at a place, and hides nothing in older files.
  private static func isEnd(
    _ offset: Int64, of file: any File, salt: UInt64
  ) throws(JournalError) -> Bool {
    guard let bytes = try SnapshotBlockBytes.read(offset..<(offset + 4), of: file) else {
      return false
    }
    return (try? RemovedPrefixes(checking: bytes.span, salt: salt, offset: offset, count: 0)) != nil
  }

  private mutating func take(
    _ place: Range<Int64>, _ search: inout BlockSearch
  ) throws(JournalError) {
    guard let keys = try search.keys(of: place) else {
      search.isInHole = true
      return
    }
    close(search.hole(before: keys.first))
    blocks.append(place)
    search.accept(keys)
  }

  private mutating func close(_ hole: InspectionFinding.KeyRange?) {
    if let hole { holes.append(from: hole.lowerBound, to: hole.upperBound) }
  }

  /// Walks the entries of the sound blocks that lie in `holes` of a newer file.
  func cursor(in holes: KeyHoles) -> SalvageCursor { SalvageCursor(self, in: holes) }
}

/// Finds and checks blocks.
private struct BlockSearch {
  private static let windowByteCount = 256 << 10

  private let file: any File
  private let header: SnapshotHeader
  /// Whether something between the last accepted block and here is not readable.
  var isInHole = false
  private var lastKey: [UInt8]?
  private var window: [UInt8] = []
  private var windowStart: Int64 = 0
  /// Where only zeros were found, which no block begins with.
  private var zeros: Range<Int64> = 0..<0
  /// How many bytes may still be checked at places that nothing vouches for.
  private var budget: Int64?

  init(_ file: any File, header: SnapshotHeader) {
    self.file = file
    self.header = header
  }

  /// The first and last key of a block; `nil` when it is damaged.
  mutating func keys(
    of place: Range<Int64>
  ) throws(JournalError) -> (first: [UInt8], last: [UInt8])? {
    guard let bytes = try SnapshotBlockBytes.read(place, of: file, salt: header.salt) else {
      return nil
    }
    do throws(SnapshotDefect) {
      let block = try SnapshotBlock(
        checking: bytes.span, salt: header.salt, offset: place.lowerBound)
      var walker = SnapshotBlockWalker()
      walker.enter(block)
      var first: [UInt8]?
      while let entry = try walker.next(in: bytes.span) {
        _ = try entry.sequence(in: header)
        guard !(header.isBase && entry.isRemoval) else { return nil }
        first = first ?? walker.key
      }
      guard let first, lastKey.map({ $0.span.precedes(first.span) }) ?? true else { return nil }
      return (first, walker.key)
    } catch {
      return nil
    }
  }

  mutating func accept(_ keys: (first: [UInt8], last: [UInt8])) {
    lastKey = keys.last
    isInHole = false
  }

  /// The keys between the last accepted block and the next one, if something is missing there.
  func hole(before next: [UInt8]?) -> InspectionFinding.KeyRange? {
    // The smallest key behind one is that key with a zero appended.
    isInHole ? .init(lowerBound: lastKey.map { $0 + [0] } ?? [], upperBound: next) : nil
  }

  /// The first place from `offset` on where a block with a right checksum begins.
  mutating func next(
    from offset: Int64, before end: Int64
  ) throws(JournalError) -> Range<Int64>? {
    var budget = self.budget ?? RecordSearch.budget(for: end)
    defer { self.budget = budget }
    var position = offset
    while budget > 0 {
      // Of a size, only the last byte need not be zero.
      if zeros.contains(position) { position = max(position, zeros.upperBound - 3) }
      guard position + Int64(SnapshotBlock.minimumByteCount) <= end else { return nil }
      defer { position += 1 }
      guard let size = try size(at: position, before: end) else { continue }
      budget -= size
      let place = position..<(position + size)
      guard let bytes = try SnapshotBlockBytes.read(place, of: file, salt: header.salt) else {
        continue
      }
      if (try? SnapshotBlock(checking: bytes.span, salt: header.salt, offset: position)) != nil {
        return place
      }
    }
    return nil
  }

  /// The size that a block at a place would have, if it is one that a block can have.
  private mutating func size(at offset: Int64, before end: Int64) throws(JournalError) -> Int64? {
    if offset < windowStart || offset + 8 > windowStart + Int64(window.count) {
      let count = Int(min(Int64(Self.windowByteCount), end - offset))
      guard let bytes = try SnapshotBlockBytes.read(offset..<(offset + Int64(count)), of: file)
      else { return nil }
      (window, windowStart) = (bytes, offset)
      if FixedHeader.isZero(bytes.span) {
        // A hole is as long as anybody likes.
        let next = offset + Int64(count)
        zeros = offset..<max(next, min(file.startOfData(from: next) ?? end, end))
      }
    }
    let index = Int(offset - windowStart)
    let size = Int64(window.span.loadUInt32(at: index))
    let entryCount = Int64(window.span.loadUInt32(at: index + 4))
    guard size >= Int64(SnapshotBlock.minimumByteCount), size <= end - offset, entryCount > 0,
      entryCount < size
    else { return nil }
    return size
  }
}

/// The bytes of a block.
enum SnapshotBlockBytes {
  /// Reads a part of a file; `nil` where the file ends before.
  ///
  /// - Parameter salt: that of the file when the part may be a block, which is worth no memory when it
  ///   is none.
  static func read(
    _ place: Range<Int64>, of file: any File, salt: UInt64? = nil
  ) throws(JournalError) -> [UInt8]? {
    let count = Int(place.upperBound - place.lowerBound)
    do {
      guard try file.byteCount() >= place.upperBound else { return nil }
      if let salt, count > SnapshotPartCheck.largestUncheckedByteCount,
        try SnapshotPartCheck.defect(of: place, in: file, salt: salt, isBlock: true) != nil
      {
        return nil
      }
      var bytes = [UInt8](repeating: 0, count: count)
      return try file.readFully(into: &bytes, range: 0..<count, at: place.lowerBound) == count
        ? bytes : nil
    } catch {
      throw JournalError(error)
    }
  }
}
