package import FileIO
import JournalFormat

/// One writer, and one compaction, per directory: two bytes of the file `LOCK`, locked by the
/// kernel for as long as their owner lives.
///
/// Each owner writes who it is into its own line, for messages only. The lock itself is the truth:
/// the line of a process that died, or whose number was given to another, locks nothing.
///
/// The file is made when it is missing and never removed: whoever removed it could not know who has
/// just opened it, and two owners would each hold the lock of a file of its own. So a directory that
/// is to be left as found must be judged before its lock is taken.
package final class DirectoryLock: Sendable {
  /// What is locked; the raw value is the offset of its line and of its locked byte.
  package enum Role: Int64, Sendable {
    case writer = 0
    case compaction = 256

    fileprivate var name: String { self == .writer ? "writer" : "compaction" }
  }

  private static let lineByteCount = 256

  private let file: any File
  private let role: Role

  private init(file: any File, role: Role) {
    self.file = file
    self.role = role
  }

  /// Takes the lock, or returns `nil` when somebody else has it.
  package static func tryAcquire(
    _ role: Role, in directory: any Directory
  ) throws(JournalError) -> DirectoryLock? {
    do throws(IOFailure) {
      let file = try directory.openFile(FileName.lock.text, .createIfMissing)
      guard try file.tryLock(byteAt: role.rawValue) else { return nil }
      return DirectoryLock(file: file, role: role)
    } catch {
      throw JournalError(error)
    }
  }

  /// Takes the lock, or fails with the owner's name.
  package static func acquire(
    _ role: Role, in directory: any Directory
  ) throws(JournalError) -> DirectoryLock {
    if let lock = try tryAcquire(role, in: directory) { return lock }
    throw JournalError(
      .locked(try owner(of: role, in: directory)), file: directory.path,
      detail: role == .writer
        ? "stop the owner, or use the verbs that only read"
        : "wait for the running compaction to finish")
  }

  /// Makes sure that the file could be opened to lock it: what stands in its place keeps every writer
  /// out. Takes no lock, makes no file and writes nothing.
  package static func requireOpenable(in directory: any Directory) throws(JournalError) {
    do throws(IOFailure) {
      _ = try directory.openFile(FileName.lock.text, .readWrite)
    } catch {
      // What nobody can write to here has nothing in the way of a writer elsewhere.
      if error.isMissing || error.isOfReadOnlyFileSystem { return }
      throw JournalError(error)
    }
  }

  /// Runs `body` while neither a writer nor a compaction can be about in a directory.
  static func holdingBoth<Result>(
    in directory: any Directory, at time: Int64 = WallClock.now,
    _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    let writer = try acquire(.writer, in: directory)
    defer { writer.release() }
    let compaction = try acquire(.compaction, in: directory)
    defer { compaction.release() }
    try writer.sign(at: time)
    try compaction.sign(at: time)
    return try body()
  }

  /// Who holds the lock at this moment; `nil` when nobody does. Takes no lock.
  package static func currentOwner(
    of role: Role, in directory: any Directory
  ) throws(JournalError) -> JournalError.LockOwner?? {
    do throws(IOFailure) {
      let file = try directory.openFile(FileName.lock.text, .read)
      guard try file.isLocked(byteAt: role.rawValue) else { return .none }
    } catch {
      if error.isMissing { return .none }
      throw JournalError(error)
    }
    return .some(try owner(of: role, in: directory))
  }

  /// Writes who the owner is, for those who are refused. Apart from taking the lock, because a store
  /// that turns out damaged is left byte for byte as it was found.
  ///
  /// - Parameter time: now, in nanoseconds since 1970.
  package func sign(at time: Int64 = WallClock.now) throws(JournalError) {
    do {
      try file.writeFully(Self.ownLine(role, at: time).span, at: role.rawValue)
    } catch {
      throw JournalError(error)
    }
  }

  /// Gives the lock back.
  package func release() {
    // Unlocked by name: a child process that is just being started holds the open file too until it
    // runs its own program, and closing our end alone would leave it the lock for that moment. The
    // kernel lets go on the owner's death in any case; there is nothing a failure could mean here.
    try? file.unlock(byteAt: role.rawValue)
    try? file.close()
  }

  private static func ownLine(_ role: Role, at time: Int64) -> [UInt8] {
    let own = ProcessIdentity.current
    let text =
      "\(role.name) pid=\(own.processIdentifier) host=\(own.hostName) opened=\(time / 1_000_000_000)"
    var line = Array(text.utf8.prefix(lineByteCount - 1))
    line += [UInt8](repeating: UInt8(ascii: " "), count: lineByteCount - 1 - line.count)
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func owner(
    of role: Role, in directory: any Directory
  ) throws(JournalError) -> JournalError.LockOwner? {
    var line = [UInt8](repeating: 0, count: lineByteCount)
    let count: Int
    do {
      let file = try directory.openFile(FileName.lock.text, .read)
      count = try file.readFully(into: &line, range: 0..<line.count, at: role.rawValue)
    } catch {
      throw JournalError(error)
    }
    var fields: [Substring: Substring] = [:]
    for word in String(decoding: line.prefix(count), as: UTF8.self).split(
      whereSeparator: \.isWhitespace)
    {
      if let equals = word.firstIndex(of: "=") {
        fields[word[..<equals]] = word[word.index(after: equals)...]
      }
    }
    guard let process = fields["pid"].flatMap({ Int32($0) }), let host = fields["host"],
      let opened = fields["opened"].flatMap({ Int64($0) })
    else { return nil }
    return JournalError.LockOwner(processID: process, host: String(host), openedAt: opened)
  }
}
