package import FileIO
package import JournalFormat
import Synchronization

/// Reads one snapshot. Opening reads header, footer, removed prefixes and index; filters and blocks
/// are read and checked when they are asked for.
///
/// Memory: the index, at most 2 MiB of blocks (see ``SnapshotBlockCache``), and the filters that
/// were asked: of a run, 1.25 bytes for each entry, and 64 MiB at most. May be used from any number
/// of threads at once; no lock is held while reading from the file.
package final class SnapshotReader: Sendable {
  /// The name of the file in its directory.
  package let name: String
  /// What the file covers and holds, as its own header and footer say.
  package let summary: SnapshotSummary
  /// What the file hides in older ones.
  package let removedPrefixes: RemovedPrefixes

  let source: SnapshotSource
  let index: SnapshotIndex
  let footer: SnapshotFooter
  private let cache = Mutex(SnapshotBlockCache())
  private let filters: Mutex<[SnapshotFilter?]>

  /// Opens a snapshot.
  ///
  /// - Parameters:
  ///   - identity: the store that the file must belong to, if that is known.
  ///   - range: what the file must cover according to its name: from (exclusive), to (inclusive).
  /// - Throws: `io`; `newerFormat`; `damage` of header, footer or index, or `foreignStore`.
  package convenience init(
    opening name: String, in directory: any Directory, expecting identity: StoreIdentity? = nil,
    covering range: (from: LogSequenceNumber, to: LogSequenceNumber)? = nil
  ) throws(JournalError) {
    let source: SnapshotSource
    do {
      source = try SnapshotSource(opening: name, in: directory)
    } catch {
      guard let range, case .damage = error.reason else { throw error }
      // A header that cannot be read does not say which commits are concerned; the name does.
      var named = error
      named.sequence = range.from.next
      named.lastSequence = range.to
      throw named
    }
    try source.expect(identity: identity, range: range)
    try self.init(source, name: name)
  }

  /// Opens what was written into a scratch file, which nobody but this process knows.
  convenience init(scratch file: any File, name: String) throws(JournalError) {
    try self.init(SnapshotSource(file, isScratch: true), name: name)
  }

  private init(_ source: SnapshotSource, name: String) throws(JournalError) {
    self.name = name
    self.source = source
    let footerOffset = source.byteCount - Int64(SnapshotFooter.byteCount)
    guard footerOffset >= Int64(SnapshotHeader.byteCount) else {
      throw source.error(.short, .footer, at: source.byteCount)
    }
    let footerBytes = try source.read(footerOffset..<source.byteCount, part: .footer)
    do throws(SnapshotDefect) {
      footer = try SnapshotFooter(
        checking: footerBytes.span, header: source.header, offset: footerOffset)
    } catch {
      throw source.error(error, .footer, at: footerOffset)
    }

    let prefixesOffset = footer.removedPrefixesOffset
    let prefixBytes = try source.read(
      prefixesOffset..<footer.filtersOffset, part: .removedPrefixes)
    do throws(SnapshotDefect) {
      removedPrefixes = try RemovedPrefixes(
        checking: prefixBytes.span, salt: source.header.salt, offset: prefixesOffset,
        count: footer.removedPrefixCount)
    } catch {
      throw source.error(error, .removedPrefixes, at: prefixesOffset)
    }

    let indexBytes = try source.read(footer.indexOffset..<footerOffset, part: .index)
    do throws(SnapshotDefect) {
      index = try SnapshotIndex(
        checking: indexBytes, header: source.header, footer: footer)
    } catch {
      throw source.error(error, .index, at: footer.indexOffset)
    }
    filters = Mutex(Array(repeating: nil, count: index.filterCount))
    summary = SnapshotSummary(
      header: source.header, footer: footer, byteCount: source.byteCount)
  }

  /// What the snapshot says about a key: at most one read and one check of a block, and none of
  /// most keys that a run does not have. The first question to a group of blocks reads its filter.
  ///
  /// Removed prefixes play no part in it, as they hide nothing in their own file; whoever goes on
  /// to older files asks ``removes(prefixOf:)``.
  ///
  /// - Parameter hash: the key's ``SnapshotFilter/hash(_:)``.
  package func lookup(_ key: Span<UInt8>, hash: UInt32) throws(JournalError) -> Lookup {
    guard let group = index.group(holding: key), mayHold(hash, group: group) else {
      return .unknown
    }
    let ordinal = index.block(holding: key, inGroup: group)
    let bytes = try block(ordinal)
    do throws(SnapshotDefect) {
      let block = try SnapshotBlock(checked: bytes.span)
      guard let entry = try block.find(key, in: bytes.span) else { return .unknown }
      let sequence = try entry.sequence(in: source.header)
      return entry.isRemoval ? .removed : .value(Array(bytes[entry.value]), sequence)
    } catch {
      throw source.error(error, .block, at: index.block(ordinal).lowerBound)
    }
  }

  /// What the snapshot says about a key.
  package func lookup(_ key: Span<UInt8>) throws(JournalError) -> Lookup {
    try lookup(key, hash: SnapshotFilter.hash(key))
  }

  private func mayHold(_ hash: UInt32, group: Int) -> Bool {
    guard index.filterCount > 0 else { return true }
    // Asked under the lock: to hold the filter beyond that takes longer than what it is asked.
    if let answer = filters.withLock({ $0[group]?.mayHold(hash) }) { return answer }
    // A filter only saves reads. When it cannot be had, the blocks answer; that it is damaged, a
    // verification says.
    guard let filter = try? filter(group) else { return true }
    filters.withLock { $0[group] = filter }
    return filter.mayHold(hash)
  }

  /// Reads and checks a filter.
  func filter(_ number: Int) throws(JournalError) -> SnapshotFilter {
    let place = index.filter(number)
    if place.isEmpty { return SnapshotFilter() }
    let bytes = try source.read(place, part: .filter)
    do throws(SnapshotDefect) {
      return try SnapshotFilter(
        checking: bytes, salt: source.header.salt, offset: place.lowerBound)
    } catch {
      throw source.error(error, .filter, at: place.lowerBound)
    }
  }

  /// Whether the snapshot hides the key in older files.
  package func removes(prefixOf key: Span<UInt8>) -> Bool {
    !removedPrefixes.isEmpty && removedPrefixes.contains(prefixOf: key)
  }

  /// Walks the entries whose keys begin with `prefix`, from the first that is not smaller than
  /// `start`, removals included.
  ///
  /// - Parameter limit: blocks that hold no key before it are not read; of the last one that is read,
  ///   keys behind it may follow.
  package func cursor(
    from start: [UInt8]? = nil, prefix: [UInt8]? = nil, upTo limit: [UInt8]? = nil
  ) -> SnapshotCursor {
    SnapshotCursor(self, from: start ?? [], prefix: prefix ?? [], upTo: limit)
  }

  /// The bytes of the blocks that can hold keys with a prefix.
  func byteCount(ofBlocksWithPrefix prefix: [UInt8]) -> Int64 {
    let first = index.firstBlock(from: prefix.span)
    let end = index.firstBlock(behindPrefix: prefix.span)
    // An index whose checksum is right may still be of a hostile hand, with keys in no order.
    guard first < end else { return 0 }
    return index.block(end - 1).upperBound - index.block(first).lowerBound
  }

  /// The bytes of a block, checked; from memory when it was used lately.
  func block(_ ordinal: Int) throws(JournalError) -> [UInt8] {
    var (isFound, bytes) = cache.withLock { cache in
      if let bytes = cache.block(ordinal) { return (true, bytes) }
      return (false, cache.makeRoom())
    }
    if isFound { return bytes }
    let place = index.block(ordinal)
    bytes.resize(to: Int(place.upperBound - place.lowerBound))
    try source.read(place, into: &bytes, part: .block)
    _ = try source.check(bytes.span, at: place.lowerBound)
    cache.withLock { $0.insert(ordinal, bytes) }
    return bytes
  }
}
