public import FileIO
import StateJournal

/// A directory of files: every one whose name ends in the suffix is a stream, named after the file
/// without it. New files may appear at any time; ``Ingestion/run(every:)`` looks for them again and
/// again.
///
/// ```swift
/// let inbox = DirectorySource(
///   "inbox", identifier: "inbox", format: .csv, completeness: .marked(suffix: ".done"))
/// ```
///
/// Files are begun in the order of the bytes of their names, a few of them at the same time
/// (``IngestionPolicy/maximumConcurrentStreams``; with 1, one after the other). Names that begin with
/// a dot are passed over; symbolic links are refused, since what they lead to can change between two
/// runs.
///
/// Each file has a position of its own, so a file that appears late, with a name before others that
/// are done, is read like any other. A position says how far the file was read, which file it was,
/// and the CRC-32C of everything before: a file whose beginning is not what was read is refused.
/// Where files are complete when they are read (``FileCompleteness``), one that is done is not read
/// again, and refused when it has another size or is another file since.
public final class DirectorySource: DataSource {
  public let identifier: String
  private let path: String
  private let format: FileFormat
  private let suffix: String
  private let files: any FileSystem
  private let options: FileReadingOptions
  private let report: @Sendable (FileNotice) -> Void
  private let watch: CompletenessWatch

  /// A source of the files in a directory.
  ///
  /// - Parameters:
  ///   - path: the directory, which must exist when the run connects.
  ///   - identifier: the name that the state is kept under.
  ///   - format: what the files hold.
  ///   - suffix: what the names of the files end in; by default that of the format.
  ///   - completeness: when a file may be read.
  ///   - options: how it is read.
  ///   - files: the file system.
  ///   - report: is told what else there is to say, from any thread.
  public convenience init(
    _ path: String, identifier: String, format: FileFormat, suffix: String? = nil,
    completeness: FileCompleteness = .growing, options: FileReadingOptions = FileReadingOptions(),
    in files: any FileSystem = POSIXFileSystem(),
    report: @escaping @Sendable (FileNotice) -> Void = { _ in }
  ) {
    self.init(
      path, identifier: identifier, format: format, suffix: suffix, completeness: completeness,
      options: options, in: files, clock: ContinuousClock(), report: report)
  }

  package init(
    _ path: String, identifier: String, format: FileFormat, suffix: String? = nil,
    completeness: FileCompleteness = .growing, options: FileReadingOptions = FileReadingOptions(),
    in files: any FileSystem, clock: any Clock<Duration>,
    report: @escaping @Sendable (FileNotice) -> Void = { _ in }
  ) {
    self.path = path
    self.identifier = identifier
    self.format = format
    self.suffix = suffix ?? format.suffix
    self.files = files
    var options = options
    if completeness != .growing { options.takesUnterminatedRow = true }
    self.options = options
    self.report = report
    watch = CompletenessWatch(completeness, time: RunTime(clock))
  }

  public func connect() async throws(DataSourceError) {
    _ = try open()
  }

  public func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    let directory = try open()
    let undecodableCount = try attempt(to: "list the input") { () throws(IOFailure) in
      try directory.undecodableNameCount()
    }
    if undecodableCount > 0 {
      report(.undecodableNames(directory: path, count: undecodableCount))
    }
    let (complete, others) = try await watch.files(in: directory, suffix: suffix)
    for name in others { report(.incomplete(file: "\(path)/\(name)")) }
    return complete.map {
      FileStream(
        fileName: $0, suffix: suffix, directory: directory, format: format,
        isComplete: watch.rule != .growing, options: options, report: report)
    }
  }

  public func disconnect() async {}

  private func open() throws(DataSourceError) -> any Directory {
    try attempt(to: "open the input directory") { () throws(IOFailure) in
      try files.openDirectory(path, creating: false)
    }
  }
}
