import FileIO
import StateJournal

/// Looks at a directory from time to time, and tells the files that are complete from the others.
actor CompletenessWatch {
  /// A file as it was seen, and since when.
  private struct Sighting {
    var identity: FileIdentity
    var byteCount: Int64
    var since: Duration
  }

  nonisolated let rule: FileCompleteness
  private let time: RunTime
  private var sightings: [ExactName: Sighting] = [:]

  init(_ rule: FileCompleteness, time: RunTime) {
    self.rule = rule
    self.time = time
  }

  /// The names that end in the suffix, in the order of their bytes: those of complete files, and the
  /// others.
  func files(
    in directory: any Directory, suffix: String
  ) async throws(DataSourceError) -> (complete: [String], others: [String]) {
    let (names, all) = try list(directory, suffix: suffix)
    switch rule {
    case .growing, .named: return (names, [])
    case .marked(let mark):
      let isMarked = { (name: String) in all.contains(ExactName(name + mark)) }
      return (names.filter(isMarked), names.filter { !isMarked($0) })
    case .unchanged(let duration):
      var complete = try look(at: names, in: directory, for: duration)
      if complete.count < names.count {
        // So that also a run that looks once finds what nobody is writing to.
        guard (try? await time.sleep(duration)) != nil else { return (complete, []) }
        complete = try look(at: names, in: directory, for: duration)
      }
      let isComplete = Set(complete.map(ExactName.init))
      return (complete, names.filter { !isComplete.contains(ExactName($0)) })
    }
  }

  private func list(
    _ directory: any Directory, suffix: String
  ) throws(DataSourceError) -> (names: [String], all: Set<ExactName>) {
    let all = try attempt(to: "list the input") { () throws(IOFailure) in try directory.list() }
    let names = all.filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") && $0 != suffix }
    return (
      names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, Set(all.map(ExactName.init))
    )
  }

  /// Notes what is new or has changed, and names those that have not for long enough.
  private func look(
    at names: [String], in directory: any Directory, for duration: Duration
  ) throws(DataSourceError) -> [String] {
    let now = time.elapsed()
    var seen: [ExactName: Sighting] = [:]
    for name in names {
      let found = try attempt(to: "look at the input") { () throws(IOFailure) -> Sighting? in
        do throws(IOFailure) {
          let file = try directory.openFile(name, .read)
          return Sighting(
            identity: try file.identity(), byteCount: try file.byteCount(), since: now)
        } catch {
          // A name that leads nowhere, or is none of a file, is the stream's to complain about. For any
          // other reason nobody knows whether the file is still being written to.
          guard error.leadsToNoFile else { throw error }
          return nil
        }
      }
      guard let found else { continue }
      let before = sightings[ExactName(name)]
      let isSame = before?.identity == found.identity && before?.byteCount == found.byteCount
      seen[ExactName(name)] = isSame ? before : found
    }
    sightings = seen
    return names.filter { name in
      seen[ExactName(name)].map { now - $0.since >= duration } ?? true
    }
  }
}
