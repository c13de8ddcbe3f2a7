import FileIO
import Synchronization

/// Counts what happens and, from some operation on, lets nothing happen any more: a process that
/// was killed there.
final class IngestKillSwitch: Sendable {
  private struct State {
    var remaining = Int.max
    var count = 0
  }

  private let state = Mutex(State())

  /// Lets `count` operations happen, and then no more.
  func kill(after count: Int) {
    state.withLock { $0 = State(remaining: count) }
  }

  /// Lets everything happen.
  func revive() { kill(after: .max) }

  /// The operations asked for since the last ``kill(after:)``.
  var count: Int { state.withLock { $0.count } }

  /// Whether one more operation happens; `isLast` is the one during which the process dies.
  func step() -> (happens: Bool, isLast: Bool) {
    state.withLock { state in
      state.count += 1
      guard state.remaining > 0 else { return (false, false) }
      state.remaining -= 1
      return (true, state.remaining == 0)
    }
  }

  /// Counts an operation of the file system; a dead process gets an error, which nobody sees.
  func check(_ operation: IOFailure.Operation, _ path: String) throws(IOFailure) -> Bool {
    let (happens, isLast) = step()
    guard happens else { throw IOFailure(operation, path: path, code: 5) }
    return isLast
  }
}

/// Real files that can lose power: they remember what was synced, and go back to it. Nothing is
/// synced in earnest, so thousands of crashes are quick.
final class IngestMortalFiles: FileSystem {
  struct Durable {
    /// What the file held when it was last synced.
    var content: [UInt8] = []
    var hasDurableName = false
  }

  let killSwitch = IngestKillSwitch()
  private let base = POSIXFileSystem()
  private let durable = Mutex<[String: Durable]>([:])

  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory {
    _ = try killSwitch.check(.open, path)
    return MortalDirectory(try base.openDirectory(path, creating: creating), self)
  }

  /// How much of a file would survive a power cut now.
  func durableByteCount(of path: String) -> Int {
    durable.withLock { $0[path].map { $0.hasDurableName ? $0.content.count : 0 } ?? 0 }
  }

  /// Takes back what was never synced.
  func cutPower(in directory: any Directory) throws(IOFailure) {
    for (path, durable) in durable.withLock({ $0 }) {
      let name = String(path.split(separator: "/").last ?? "")
      guard durable.hasDurableName else {
        try directory.remove(name)
        self.durable.withLock { $0[path] = nil }
        continue
      }
      let file = try directory.openFile(name, .readWrite)
      try file.truncate(to: 0)
      try file.writeFully(durable.content.span, at: 0)
    }
  }

  fileprivate func update(_ path: String, _ change: (inout Durable) -> Void) {
    durable.withLock { change(&$0[path, default: Durable()]) }
  }

  fileprivate func nameEverything() {
    durable.withLock { durable in
      for path in durable.keys { durable[path]?.hasDurableName = true }
    }
  }
}

private final class MortalDirectory: Directory {
  private let base: any Directory
  private let files: IngestMortalFiles

  init(_ base: any Directory, _ files: IngestMortalFiles) {
    self.base = base
    self.files = files
  }

  var path: String { base.path }

  func list() throws(IOFailure) -> [String] { try base.list() }
  func undecodableNameCount() throws(IOFailure) -> Int { try base.undecodableNameCount() }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    _ = try files.killSwitch.check(.open, name)
    let file = try base.openFile(name, access)
    if access != .read { files.update(file.path) { _ in } }
    return MortalFile(file, files)
  }

  func sync() throws(IOFailure) {
    _ = try files.killSwitch.check(.syncDirectory, path)
    files.nameEverything()
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) {
    try base.rename(name, to: newName)
  }
  func remove(_ name: String) throws(IOFailure) { try base.remove(name) }
  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    try base.openDirectory(name, creating: creating)
  }
  func availableByteCount() throws(IOFailure) -> Int64 { try base.availableByteCount() }
}

private final class MortalFile: File {
  private let base: any File
  private let files: IngestMortalFiles

  init(_ base: any File, _ files: IngestMortalFiles) {
    self.base = base
    self.files = files
  }

  var path: String { base.path }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    try base.read(into: &buffer, range: range, at: offset)
  }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    let isLast = try files.killSwitch.check(.write, path)
    // Dying in the middle of a write leaves a part of it.
    return try base.write(
      bytes.extracting(0..<(isLast ? bytes.count / 2 : bytes.count)), at: offset)
  }

  func truncate(to byteCount: Int64) throws(IOFailure) {
    _ = try files.killSwitch.check(.truncate, path)
    try base.truncate(to: byteCount)
  }

  func sync() throws(IOFailure) {
    _ = try files.killSwitch.check(.sync, path)
    var content = [UInt8](repeating: 0, count: Int(try base.byteCount()))
    _ = try base.readFully(into: &content, range: content.indices, at: 0)
    files.update(path) { $0.content = content }
  }

  func identity() throws(IOFailure) -> FileIdentity { try base.identity() }
  func byteCount() throws(IOFailure) -> Int64 { try base.byteCount() }
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool { try base.tryLock(byteAt: offset) }
  func unlock(byteAt offset: Int64) throws(IOFailure) { try base.unlock(byteAt: offset) }
  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try base.isLocked(byteAt: offset)
  }
  func close() throws(IOFailure) { try base.close() }
}
