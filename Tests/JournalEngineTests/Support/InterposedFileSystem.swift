import FileIO

/// A file system in front of another one that asks a test before each operation: something else may
/// happen there, or the operation may fail, as all do from the death of a process on.
final class InterposedFileSystem: FileSystem {
  typealias Check = @Sendable (IOFailure.Operation, String) throws(IOFailure) -> Void

  private let base: any FileSystem
  fileprivate let check: Check
  /// Whether writes happen in two halves, with a question before each.
  fileprivate let splitsWrites: Bool
  /// Called right behind each listing of a directory, which may have missed names that came or went
  /// meanwhile.
  fileprivate let hasListed: (@Sendable (inout [String]) -> Void)?
  /// Called right behind each sync of a file that failed below, before anybody hears of it.
  fileprivate let hasFailedToSync: (@Sendable () -> Void)?

  /// The files that are sparse, by name.
  fileprivate let sparseEnds: [String: SparseEnd]

  init(
    _ base: any FileSystem, splittingWrites: Bool = false,
    sparse sparseEnds: [String: SparseEnd] = [:],
    afterListing hasListed: (@Sendable (inout [String]) -> Void)? = nil,
    afterFailedSync hasFailedToSync: (@Sendable () -> Void)? = nil, _ check: @escaping Check
  ) {
    self.base = base
    self.check = check
    self.hasListed = hasListed
    self.hasFailedToSync = hasFailedToSync
    self.sparseEnds = sparseEnds
    splitsWrites = splittingWrites
  }

  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory {
    try check(.open, path)
    return InterposedDirectory(try base.openDirectory(path, creating: creating), self)
  }
}

private final class InterposedDirectory: Directory {
  private let base: any Directory
  private let system: InterposedFileSystem

  init(_ base: any Directory, _ system: InterposedFileSystem) {
    self.base = base
    self.system = system
  }

  var path: String { base.path }

  private func check(_ operation: IOFailure.Operation, _ name: String) throws(IOFailure) {
    try system.check(operation, path + "/" + name)
  }

  func list() throws(IOFailure) -> [String] {
    try system.check(.list, path)
    var names = try base.list()
    system.hasListed?(&names)
    return names
  }

  func undecodableNameCount() throws(IOFailure) -> Int {
    try system.check(.list, path)
    return try base.undecodableNameCount()
  }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    try check(.open, name)
    return InterposedFile(try base.openFile(name, access), system, system.sparseEnds[name])
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    try check(.rename, name)
    try base.rename(name, to: newName)
  }

  func remove(_ name: String) throws(IOFailure) {
    try check(.remove, name)
    try base.remove(name)
  }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    try check(.open, name)
    return InterposedDirectory(try base.openDirectory(name, creating: creating), system)
  }

  func sync() throws(IOFailure) {
    try system.check(.syncDirectory, path)
    try base.sync()
  }

  func availableByteCount() throws(IOFailure) -> Int64 {
    try system.check(.space, path)
    return try base.availableByteCount()
  }
}

private final class InterposedFile: File {
  private let base: any File
  private let system: InterposedFileSystem
  private let sparseEnd: SparseEnd?

  init(_ base: any File, _ system: InterposedFileSystem, _ sparseEnd: SparseEnd?) {
    self.base = base
    self.system = system
    self.sparseEnd = sparseEnd
  }

  var path: String { base.path }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    try system.check(.read, path)
    let count = try base.read(into: &buffer, range: range, at: offset)
    guard count == 0, let sparseEnd else { return count }
    return sparseEnd.read(into: &buffer, range: range, at: offset)
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    try system.check(.write, path)
    guard system.splitsWrites, bytes.count > 1 else { return try base.write(bytes, at: offset) }
    let half = bytes.count / 2
    try base.writeFully(bytes.extracting(0..<half), at: offset)
    try system.check(.write, path)
    try base.writeFully(bytes.extracting(half..<bytes.count), at: offset + Int64(half))
    return bytes.count
  }

  func identity() throws(IOFailure) -> FileIdentity {
    try system.check(.identify, path)
    return try base.identity()
  }

  func byteCount() throws(IOFailure) -> Int64 {
    try system.check(.size, path)
    if let sparseEnd { return sparseEnd.byteCount }
    return try base.byteCount()
  }

  func startOfData(from offset: Int64) -> Int64? {
    guard let sparseEnd, let kept = try? base.byteCount(), offset >= kept else {
      return base.startOfData(from: offset)
    }
    return sparseEnd.startOfData(from: offset)
  }

  func truncate(to byteCount: Int64) throws(IOFailure) {
    try system.check(.truncate, path)
    try base.truncate(to: byteCount)
  }

  func sync() throws(IOFailure) {
    try system.check(.sync, path)
    do throws(IOFailure) {
      try base.sync()
    } catch {
      system.hasFailedToSync?()
      throw error
    }
  }

  func writeOut(_ range: Range<Int64>, waiting: Bool) throws(IOFailure) {
    try system.check(.writeOut, path)
    try base.writeOut(range, waiting: waiting)
  }

  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try system.check(.lock, path)
    return try base.tryLock(byteAt: offset)
  }

  func unlock(byteAt offset: Int64) throws(IOFailure) {
    try system.check(.lock, path)
    try base.unlock(byteAt: offset)
  }

  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try system.check(.lock, path)
    return try base.isLocked(byteAt: offset)
  }

  func close() throws(IOFailure) {
    try system.check(.close, path)
    try base.close()
  }
}
