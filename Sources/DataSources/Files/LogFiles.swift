import FileIO
import StateJournal

/// The files of a rotated log.
struct LogFiles: Sendable {
  /// One of them, open.
  struct Entry {
    var name: String
    var file: any File
    var identity: FileIdentity
  }

  /// How often the names may change while they are looked at.
  private static let maximumAttemptCount = 100

  /// The name of the file that is written now.
  let name: String
  let directory: any Directory

  /// The path of the log, for messages.
  var path: String { "\(directory.path)/\(name)" }

  /// The files there are, the newest first, as of one moment: a rotation that happens meanwhile moves
  /// files from one name to the next, and one that is opened under neither would be passed over.
  func snapshot() throws(DataSourceError) -> [Entry] {
    var before = try open()
    for _ in 0..<Self.maximumAttemptCount {
      let now = try open()
      if before.elementsEqual(now, by: { $0.name == $1.name && $0.identity == $1.identity }) {
        return now
      }
      before = now
    }
    throw DataSourceError(
      "\(path) is rotated faster than its files can be opened; try again", isTransient: true)
  }

  private func open() throws(DataSourceError) -> [Entry] {
    let names = try attempt(to: "list the files of the log") { () throws(IOFailure) in
      try directory.list()
    }
    let numbered = names.compactMap { name in age(of: name).map { (name, $0) } }
    var entries: [Entry] = []
    for (name, _) in numbered.sorted(by: { $0.1 < $1.1 }) {
      let file: any File
      do throws(DataSourceError) {
        file = try openInput(name, in: directory)
      } catch {
        // It was there a moment ago: the next look will find it elsewhere.
        guard (error.underlying as? IOFailure)?.isMissing == true else { throw error }
        continue
      }
      let identity = try attempt(to: "tell which file the input is") { () throws(IOFailure) in
        try file.identity()
      }
      entries.append(Entry(name: name, file: file, identity: identity))
    }
    return entries
  }

  /// 0 for the log itself, 1 for `app.log.1`; `nil` for a name that is none of it.
  private func age(of other: String) -> Int? {
    // By bytes: a name that only looks like it is that of another log.
    if other.hasSameBytes(as: name) { return 0 }
    guard other.utf8.starts(with: "\(name).".utf8) else { return nil }
    let digits = other.utf8.dropFirst(name.utf8.count + 1)
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let age = Int(Substring(digits)),
      age > 0
    else { return nil }
    return age
  }
}
