import FileIO
import JournalFormat

/// Walks the entries in the sound blocks of a snapshot, as far as their keys lie in holes of newer
/// files. What turns out damaged since it was found sound ends the walk with an error.
final class SalvageCursor: EntryCursor {
  private let snapshot: SalvagedSnapshot
  private let holes: KeyHoles
  private var nextBlock = 0
  private var bytes: [UInt8] = []
  private var walker = SnapshotBlockWalker()

  init(_ snapshot: SalvagedSnapshot, in holes: KeyHoles) {
    self.snapshot = snapshot
    self.holes = holes
  }

  func next(into entry: inout Entry) throws(JournalError) -> Bool {
    while true {
      do throws(SnapshotDefect) {
        if try takeEntry(into: &entry) { return true }
      } catch {
        throw finish(error)
      }
      guard nextBlock < snapshot.blocks.count else { return false }
      let place = snapshot.blocks[nextBlock]
      nextBlock += 1
      bytes = try SnapshotBlockBytes.read(place, of: snapshot.file) ?? []
      do throws(SnapshotDefect) {
        walker.enter(
          try SnapshotBlock(
            checking: bytes.span, salt: snapshot.header.salt, offset: place.lowerBound))
      } catch {
        throw finish(error)
      }
    }
  }

  private func takeEntry(into entry: inout Entry) throws(SnapshotDefect) -> Bool {
    // Local, because a span of a property of an object cannot outlive one access to it.
    let bytes = bytes
    while let layout = try walker.next(in: bytes.span) {
      guard holes.contains(walker.key.span) else { continue }
      entry.sequence = try layout.sequence(in: snapshot.header)
      entry.isRemoval = layout.isRemoval
      walker.copyKey(into: &entry.key)
      entry.value.removeAll(keepingCapacity: true)
      entry.value.append(bytes.span.extracting(layout.value))
      return true
    }
    return false
  }

  /// Ends the walk: asking again gives the end, never entries out of context.
  private func finish(_ defect: SnapshotDefect) -> JournalError {
    nextBlock = snapshot.blocks.count
    walker = SnapshotBlockWalker()
    return JournalError(
      defect,
      SnapshotPlace(
        file: snapshot.file.path, part: .block, offset: 0, header: snapshot.header))
  }
}
