/// One file as processes see it, as the disk has it, and what lies between.
struct FileImage: Sendable {
  /// A change that has not been made durable.
  enum Change: Sendable {
    case write(offset: Int, bytes: [UInt8])
    case resize(to: Int)
  }

  /// What processes read: the page cache.
  private(set) var content: [UInt8] = []
  /// What a power loss cannot take.
  private(set) var durable: [UInt8] = []
  /// What leads from `durable` to the present, oldest first. Kept apart from `content`, because
  /// after a failed sync the page cache may show bytes that will never reach the disk.
  private(set) var unsynced: [Change] = []

  init() {}

  /// A file at rest: everything in it is durable.
  init(durable bytes: [UInt8]) {
    content = bytes
    durable = bytes
  }

  mutating func write(_ bytes: [UInt8], at offset: Int) {
    Self.apply(.write(offset: offset, bytes: bytes), to: &content)
    unsynced.append(.write(offset: offset, bytes: bytes))
  }

  mutating func resize(to byteCount: Int) {
    guard byteCount != content.count else { return }
    Self.apply(.resize(to: byteCount), to: &content)
    unsynced.append(.resize(to: byteCount))
  }

  mutating func sync() {
    // Change by change, so that a sync costs what was written and not the size of the file, and
    // so that bytes dropped by an earlier failure stay dropped.
    for change in unsynced { Self.apply(change, to: &durable) }
    unsynced = []
  }

  /// What happens to the pages when a sync fails.
  mutating func failSync(_ fate: Fault.FailedSync) {
    guard fate != .pagesKept else { return }
    // Sizes are metadata, which the file system's own journal keeps: only the data is gone.
    var size = durable.count
    unsynced = unsynced.compactMap { change in
      let newSize = Self.size(after: change, from: size)
      defer { size = newSize }
      return newSize == size ? nil : .resize(to: newSize)
    }
    guard fate == .pagesDropped else { return }
    content = durable
    for change in unsynced { Self.apply(change, to: &content) }
  }

  /// The size of a file of `size` bytes after one more change.
  static func size(after change: Change, from size: Int) -> Int {
    switch change {
    case .write(let offset, let bytes): max(size, offset + bytes.count)
    case .resize(let byteCount): byteCount
    }
  }

  private static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .write(let offset, let new):
      if offset > bytes.count {
        bytes += [UInt8](repeating: 0, count: offset - bytes.count)
      }
      let overlap = min(bytes.count - offset, new.count)
      bytes.replaceSubrange(offset..<(offset + overlap), with: new[..<overlap])
      bytes.append(contentsOf: new[overlap...])
    case .resize(let byteCount) where byteCount < bytes.count:
      bytes.removeLast(bytes.count - byteCount)
    case .resize(let byteCount):
      bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
    }
  }
}
