public import FileIO
import StateJournal

/// A log of NDJSON lines that is rotated while it is written: `app.log`, `app.log.1`, `app.log.2`, the
/// older the higher. One stream, named after the log; every line of the log once, in order.
///
/// ```swift
/// let log = RotatingLogSource("app.log", in: "/var/log/app", identifier: "app")
/// ```
///
/// Both ways of rotating are understood, and told apart by which file is which and by what is in it:
///
/// - **Rename**: the file that was read is found under its new name, by device and inode, is read to
///   its end, and then the ones that are newer. A writer may go on writing to the renamed file until
///   it opens the new one; so a file is only left behind when a newer one has something in it, and
///   after another look at it.
/// - **Copy and truncate**: the log is still the same file, but does not begin any more with the bytes
///   that were read (CRC-32C over all of them). The copy does; it is read on from there, and then the
///   log from its beginning. A cut that happens while the log is read is noticed.
///
/// A last line without a line end waits for its end. In a file that was rotated away nobody will end
/// it, so it is taken as it is.
///
/// What was read must still be somewhere when the next run begins, so keep as many rotated files as
/// are written in the longest time between two runs, uncompressed (`logrotate`: `delaycompress`). When
/// it is not, lines may be lost, and the ``LossPolicy`` decides. Truncating loses the lines that are
/// written between the copying and the cut, as the manual of `logrotate` says; when those were read
/// here before they were cut, the place is found nowhere, and the same policy decides. Rename where
/// you can.
///
/// Where neither the state nor which file is which tells (a first run in the middle of a rotation), a
/// log that begins with everything that the next older file holds is taken for the original of which
/// that is a copy.
public final class RotatingLogSource: DataSource {
  /// What to do when what was read is nowhere any more, so that nobody knows what was not.
  public enum LossPolicy: Sendable, Equatable {
    /// End the stream with an error.
    case fail
    /// Begin with the oldest file that is there, and report ``FileNotice/begunAnew(log:byteCount:)``.
    case beginAnew
  }

  public let identifier: String
  private let name: String
  private let path: String
  private let loss: LossPolicy
  private let options: FileReadingOptions
  private let files: any FileSystem
  private let report: @Sendable (FileNotice) -> Void

  /// A source of one log.
  ///
  /// - Parameters:
  ///   - name: the name of the file that is written now.
  ///   - path: its directory.
  ///   - identifier: the name that the state is kept under.
  ///   - loss: what to do when what was read is nowhere any more.
  ///   - options: how it is read; ``FileReadingOptions/takesUnterminatedRow`` has no meaning here.
  ///   - files: the file system.
  ///   - report: is told what else there is to say, from any thread.
  public init(
    _ name: String, in path: String, identifier: String, loss: LossPolicy = .fail,
    options: FileReadingOptions = FileReadingOptions(), files: any FileSystem = POSIXFileSystem(),
    report: @escaping @Sendable (FileNotice) -> Void = { _ in }
  ) {
    self.name = name
    self.path = path
    self.identifier = identifier
    self.loss = loss
    self.options = options
    self.files = files
    self.report = report
  }

  public func connect() async throws(DataSourceError) { _ = try open() }

  public func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    [
      LogStream(
        log: LogFiles(name: name, directory: try open()), loss: loss, options: options,
        report: report)
    ]
  }

  public func disconnect() async {}

  private func open() throws(DataSourceError) -> any Directory {
    try attempt(to: "open the directory of the log") { () throws(IOFailure) in
      try files.openDirectory(path, creating: false)
    }
  }
}

/// The stream of a log.
struct LogStream: DataSourceStream {
  let log: LogFiles
  let loss: RotatingLogSource.LossPolicy
  let options: FileReadingOptions
  let report: @Sendable (FileNotice) -> Void

  var name: String { log.name }

  func remainingByteCount(after state: StateObject) async -> Int64? {
    guard let chain = try? log.snapshot(), let position = try? FilePosition(state, of: name) else {
      return nil
    }
    var total: Int64 = 0
    for file in chain {
      guard let size = try? file.file.byteCount() else { return nil }
      if file.identity == position.identity { return total + max(0, size - position.offset) }
      total += size
    }
    return total
  }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
    LogReader(
      log, after: try FilePosition(state, of: log.path), loss: loss, options: options,
      report: report)
  }
}
