import DataSources
import Foundation
import SQLiteDataSources

/// Refuses what would be in each other's way: sinks that write over each other's files, sources that read
/// what a sink writes, and a state that has no directory of its own.
struct ConfigurationConflicts {
  private let configuration: IngestConfiguration
  /// The directory that paths are relative to.
  private let directory: URL

  init(of configuration: IngestConfiguration, directory: String) {
    self.configuration = configuration
    self.directory = URL(filePath: directory, directoryHint: .isDirectory)
  }

  func refuse() {
    let state = place(configuration.stateDirectory)
    for (index, sink) in configuration.sinks.enumerated() {
      if place(sink.path) == state {
        sink.node.refuse(
          "writes into the directory of the state, which needs one of its own; give it another path"
        )
      }
      for other in configuration.sinks[..<index] { refuse(sink, inTheWayOf: other) }
      var owners: [String: String] = [:]
      for source in configuration.sources {
        refuse(source, reading: sink)
        if source.sink == nil || source.sink == sink.name { refuse(source, into: sink, &owners) }
      }
    }
  }

  /// Two sinks of one kind know nothing of each other: streams of one name would be written over each
  /// other in the same file.
  private func refuse(_ sink: SinkConfiguration, inTheWayOf other: SinkConfiguration) {
    guard place(sink.path) == place(other.path) else { return }
    switch (sink.kind.fileSuffix, other.kind.fileSuffix) {
    case (let one?, let two?) where one == two:
      sink.node.refuse(
        "writes to the directory of the sink \(Shown.text(other.name)); let their sources go to one of "
          + "them, or give it another path")
    case (nil, _?), (_?, nil):
      sink.node.refuse(
        "has the path of the sink \(Shown.text(other.name)), and one is a directory, the other a "
          + "database; give it another path")
    default: break
    }
  }

  /// Notes streams that the sink cannot keep. `owners` are those of the files so far.
  private func refuse(
    _ source: SourceConfiguration, into sink: SinkConfiguration, _ owners: inout [String: String]
  ) {
    for stream in source.kind.streams {
      guard let suffix = sink.kind.fileSuffix else {
        if case .sqlite(_, nil, _, _) = sink.kind, SQLName.isReserved(stream) {
          source.node.refuse(
            "its stream \(Shown.text(stream)) cannot have a table of that name; name the \"table\" of "
              + "the sink \(Shown.text(sink.name))")
        }
        continue
      }
      if stream.utf8.contains(UInt8(ascii: "/")) || (stream + suffix).utf8.count > 255 {
        source.node.refuse(
          "its stream \(Shown.text(stream)) cannot be the name of a file of the sink "
            + "\(Shown.text(sink.name)); give the stream another name, or the source another sink")
      }
      if let owner = owners.updateValue(source.name, forKey: stream) {
        source.node.refuse(
          "its stream \(Shown.text(stream)) and that of the source \(Shown.text(owner)) would be one "
            + "file of the sink \(Shown.text(sink.name)); give one a sink of its own")
      }
    }
  }

  /// What a sink writes would be read, written again, and so on without end.
  private func refuse(_ source: SourceConfiguration, reading sink: SinkConfiguration) {
    let isRead =
      switch (source.kind, sink.kind) {
      case (.directory(_, _, _, .marked, _), _): false
      case (.directory(let path, let format, let suffix, _, _), .ndjson),
        (.directory(let path, let format, let suffix, _, _), .csv):
        place(path) == place(sink.path)
          && sink.kind.fileSuffix?.hasSuffix(suffix ?? format.suffix) == true
      case (.log(let path, _, _), .ndjson):
        place(path + "/..") == place(sink.path)
          && isWritten(to: sink) { isLog($0 + NDJSONFileSink.suffix, of: place(path)) }
      case (.sqlite(let path, let tables, _), .sqlite(_, let table, _, _)):
        place(path) == place(sink.path)
          && tables.contains { read in
            let name = SQLName.folded(read.name)
            guard let table else { return isWritten(to: sink) { SQLName.folded($0) == name } }
            return SQLName.folded(table) == name
          }
      default: false
      }
    if isRead {
      source.node.refuse(
        "would read what the sink \(Shown.text(sink.name)) writes; give one of them another place")
    }
  }

  /// Whether a stream goes to a sink whose name fulfils `condition`; those of a directory are not known
  /// before it is read, and may.
  private func isWritten(to sink: SinkConfiguration, _ condition: (String) -> Bool) -> Bool {
    configuration.sources.contains { source in
      guard source.sink == nil || source.sink == sink.name else { return false }
      if case .directory = source.kind { return true }
      return source.kind.streams.contains(where: condition)
    }
  }

  /// Whether a file of this name is a log at `path`, or was before it was rotated.
  private func isLog(_ name: String, of path: String) -> Bool {
    let log = path.split(separator: "/").last.map(String.init) ?? ""
    guard name != log else { return true }
    let age = name.dropFirst(log.count + 1)
    return name.hasPrefix(log + ".") && !age.isEmpty && age.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// A path from the root on, without what means nothing in it: "./out/" is "/home/job/out".
  private func place(_ path: String) -> String {
    let path = URL(filePath: path, relativeTo: directory).standardizedFileURL.path
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}

extension SinkConfiguration.Kind {
  /// What the names of its files end in; nil when it writes to no files of its own.
  fileprivate var fileSuffix: String? {
    switch self {
    case .ndjson: NDJSONFileSink.suffix
    case .csv: CSVFileSink.suffix
    case .sqlite: nil
    }
  }
}
