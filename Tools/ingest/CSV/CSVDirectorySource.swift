import DataSources
import FileIO
import StateJournal

/// A directory of CSV files: every `*.csv` in it is a stream, named after the file without its
/// extension. Files may grow between runs, and new ones may appear; what was read must stay.
final class CSVDirectorySource: DataSource {
  let identifier = "csv"
  private let path: String
  private let files: any FileSystem
  private let options: CSVOptions
  private let report: @Sendable (CSVNotice) -> Void

  init(
    _ path: String, in files: any FileSystem, options: CSVOptions,
    report: @escaping @Sendable (CSVNotice) -> Void
  ) {
    self.path = path
    self.files = files
    self.options = options
    self.report = report
  }

  func connect() async throws(DataSourceError) {
    _ = try open()
  }

  func streams() async throws(DataSourceError) -> [any DataSourceStream<NDJSONRows>] {
    let directory = try open()
    let names = try attempt(to: "list the input") { () throws(IOFailure) in try directory.list() }
    let undecodableCount = try attempt(to: "list the input") { () throws(IOFailure) in
      try directory.undecodableNameCount()
    }
    if undecodableCount > 0 {
      report(.undecodableNames(directory: path, count: undecodableCount))
    }
    return names.filter { $0.hasSuffix(CSVStream.suffix) && !$0.hasPrefix(".") }.sorted().map {
      CSVStream(fileName: $0, directory: directory, options: options, report: report)
    }
  }

  func disconnect() async {}

  private func open() throws(DataSourceError) -> any Directory {
    try attempt(to: "open the input directory") { () throws(IOFailure) in
      try files.openDirectory(path, creating: false)
    }
  }
}

/// One CSV file.
struct CSVStream: DataSourceStream {
  static let suffix = ".csv"

  let fileName: String
  let directory: any Directory
  let options: CSVOptions
  let report: @Sendable (CSVNotice) -> Void

  var name: String { String(fileName.dropLast(Self.suffix.count)) }

  func remainingByteCount(after state: StateObject) async -> Int64? {
    guard let size = try? directory.openFile(fileName, .read).byteCount() else { return nil }
    return max(0, size - (state["offset"]?.int ?? 0))
  }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
    let path = "\(directory.path)/\(fileName)"
    let file = try openFile(path)
    let position = try CSVPosition(state, of: path)
    guard
      let opening = try await CSVOpening(
        file, name: path, after: position, options: options, report: report)
    else {
      return HeaderlessReader(file: file, path: path, report: report)
    }
    return CSVReader(
      opening, file: path, destination: name + NDJSONFileSink.suffix, options: options,
      report: report)
  }

  private func openFile(_ path: String) throws(DataSourceError) -> any File {
    try attempt(to: "open the input") { () throws(IOFailure) -> Result<any File, DataSourceError> in
      do throws(IOFailure) {
        return .success(try directory.openFile(fileName, .read))
      } catch {
        guard error.isSymbolicLink else { throw error }
        let word = ShellWord.quoted(path)
        return .failure(
          DataSourceError(
            "\(path) is a symbolic link, and those are not followed: what they lead to can change "
              + "between two runs. Put the file itself in its place, for instance as a hard link (ln "
              + "-f \"$(readlink -f \(word))\" \(word)), or point --from to the directory that "
              + "holds it", underlying: error))
      }
    }.get()
  }
}

/// Reads a file that does not even have a whole header yet: nothing, and says so.
struct HeaderlessReader: DataSourceReader {
  let file: any File
  let path: String
  let report: @Sendable (CSVNotice) -> Void

  func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    let byteCount = try attempt(to: "tell the size") { () throws(IOFailure) in
      try file.byteCount()
    }
    if byteCount > 0 { report(.heldBack(file: path, line: 1, byteCount: Int(byteCount))) }
    return nil
  }
}
