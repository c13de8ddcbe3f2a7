/// The operating system as the journal sees it: the only door to files.
///
/// The real one is ``POSIXFileSystem``; a simulated one can stand in for it in full. The verbs are
/// few and plain on purpose: no convenience lives behind them, so no operation that can fail
/// escapes simulation. All of them may be called from any thread.
public protocol FileSystem: Sendable {
  /// Opens a directory, creating it (and nothing above it) with mode 0700 first when
  /// `creating` is true and it is missing.
  ///
  /// The name of a directory is durable only after its *parent* has been synced. When `creating` is
  /// true this method does so before it returns, also for a directory that it found: an earlier
  /// process may have created it and died before it could sync.
  ///
  /// Fails with ``IOFailure/isMissing`` when the directory, or the one that should hold it, does
  /// not exist.
  func openDirectory(_ path: String, creating: Bool) throws(IOFailure) -> any Directory
}

/// One open directory. Names are single components, and any other (empty, `.`, `..`, or with a
/// slash in it) fails with `EINVAL`; every operation is relative to the directory that was opened,
/// even when it has been renamed since.
public protocol Directory: AnyObject, Sendable {
  /// The path the directory was opened by, for messages.
  var path: String { get }

  /// The names in the directory, without `.` and `..`, in no particular order.
  ///
  /// Names that are not valid UTF-8 are left out: this package never creates one. How many there
  /// are, for those to whom it matters, ``undecodableNameCount()`` says.
  func list() throws(IOFailure) -> [String]

  /// How many names ``list()`` leaves out because they are not valid UTF-8.
  func undecodableNameCount() throws(IOFailure) -> Int

  /// Opens a regular file; anything else under that name (a directory, pipe, device or symbolic
  /// link) is an error.
  ///
  /// A file created here has mode 0600, and its *name* is durable only after ``sync()``.
  /// Fails with ``IOFailure/isMissing`` or ``IOFailure/isAlreadyThere`` where `access` asks for the
  /// contrary.
  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File

  /// Renames a file within the directory, atomically replacing `newName` if it exists; who has the
  /// replaced file open keeps its content.
  /// Durable only after ``sync()``: until then a power cut may bring the old names back.
  func rename(_ name: String, to newName: String) throws(IOFailure)

  /// Removes a file. Durable only after ``sync()``. Open files keep their content.
  func remove(_ name: String) throws(IOFailure)

  /// Removes an empty subdirectory; one that is not empty is an error. Durable only after ``sync()``.
  /// For tidiness alone: where a file system has none of this, it stays.
  func removeDirectory(_ name: String) throws(IOFailure)

  /// Opens a subdirectory, creating it with mode 0700 first when `creating` is true and it is
  /// missing; its name is durable only after ``sync()`` of *this* directory.
  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory

  /// Returns when all creations, renames and removals in this directory are durable, as far as the
  /// file system can make them so: some network ones cannot, and are believed.
  func sync() throws(IOFailure)

  /// Bytes an unprivileged process may still write to this file system.
  func availableByteCount() throws(IOFailure) -> Int64

  /// Makes a file without a name, for what need not outlive whoever writes it, where the machine has its
  /// place for such, which need not be on this file system; `nil` where it has none.
  func makeScratchFile() throws(IOFailure) -> (any File)?
}

/// What a file is opened for.
public enum FileAccess: Sendable {
  /// An existing file, for reading.
  case read
  /// An existing file, for reading and writing.
  case readWrite
  /// A file that must not exist yet, for reading and writing.
  case createNew
  /// A file created when missing, for reading and writing.
  case createIfMissing
}

/// One open regular file. Positions are explicit, so nobody shares a cursor; different threads may
/// read and write disjoint ranges, and sync, at the same time. Closed when released.
public protocol File: AnyObject, Sendable {
  /// The path of the file when it was opened, for messages.
  var path: String { get }

  /// Reads once into `buffer[range]` from `offset` and returns how many bytes came: fewer than
  /// asked for, possibly, and 0 only at or past the end of the file (or for an empty range).
  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int

  /// Writes once at `offset`, extending the file as needed, and returns how many bytes were taken:
  /// fewer than offered, possibly. Survives the death of the process at once, and a power cut only
  /// after ``sync()``.
  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int

  /// Maps a range of the file, which must be open for writing, for writing by copying into memory.
  /// Returns nil where a store could fail although the bytes below it have been written before:
  /// on copy-on-write and network file systems, and wherever it is not known.
  func mapForStoring(_ range: Range<Int64>) throws(IOFailure) -> (any FileMapping)?

  /// Which file this is: the same however often it is opened, and after it has been renamed;
  /// another than that of every other file there is. See ``FileIdentity`` for its limits.
  func identity() throws(IOFailure) -> FileIdentity

  /// The size of the file in bytes.
  func byteCount() throws(IOFailure) -> Int64

  /// Where the next bytes lie, at `offset` or behind it, that the file system keeps: whatever is passed
  /// over is zeros that take no room, a hole. Nil where nothing else follows. A file system that knows
  /// of no holes keeps everything and answers with `offset`.
  func startOfData(from offset: Int64) -> Int64?

  /// Cuts or extends (with zeros) the file to `byteCount`. Durable only after ``sync()``.
  func truncate(to byteCount: Int64) throws(IOFailure)

  /// Returns when the content and size of the file are durable (`fdatasync`; on Darwin
  /// `F_FULLFSYNC`). The file's name is not covered: see ``Directory/sync()``.
  ///
  /// After a failure nothing is known about what was written since the last success, and a second
  /// call proves nothing: the kernel may have dropped the pages and called them clean.
  func sync() throws(IOFailure)

  /// Asks the system to write what the range holds to the device now, rather than when a sync wants
  /// it; with `waiting`, returns when the device has it. A hint, which makes nothing durable, and
  /// where the system takes none does nothing.
  ///
  /// After a failure nothing is known about what was written to the file, as after one of ``sync()``,
  /// which may not tell of it again.
  func writeOut(_ range: Range<Int64>, waiting: Bool) throws(IOFailure)

  /// Takes an exclusive lock on one byte (which need not exist) for as long as this file stays
  /// open, or returns false when somebody else, in this process or another, holds it. Whoever holds
  /// it may take it again. The kernel releases it when the process dies. The file must be open for
  /// writing.
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool

  /// Releases a lock taken with ``tryLock(byteAt:)``.
  func unlock(byteAt offset: Int64) throws(IOFailure)

  /// Whether somebody else holds the lock on one byte. Takes no lock.
  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool

  /// Closes the file and releases its locks. Later operations on it fail with `EBADF`; closing
  /// again does nothing. Nothing may be in progress on the file.
  func close() throws(IOFailure)
}

extension Directory {
  /// Directories that keep what is empty.
  public func removeDirectory(_ name: String) throws(IOFailure) {}

  /// Directories of a machine without a place for scratch files.
  public func makeScratchFile() throws(IOFailure) -> (any File)? { nil }

  /// Makes a file here that has no name any more when this returns: whatever becomes of the process,
  /// nothing of it stays behind.
  package func makeNamelessFile() throws(IOFailure) -> any File {
    let name = "state-journal-" + String(UInt64.random(in: .min ... .max), radix: 36) + ".scratch"
    let file = try openFile(name, .createNew)
    try remove(name)
    return file
  }
}

extension File {
  /// Files without holes.
  public func startOfData(from offset: Int64) -> Int64? { offset }

  /// Files that take no hint.
  public func writeOut(_ range: Range<Int64>, waiting: Bool) throws(IOFailure) {}
}
