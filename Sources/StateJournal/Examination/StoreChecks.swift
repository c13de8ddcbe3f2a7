import FileIO
import JournalEngine
import JournalFormat

/// What the store itself says: whether it opens, when it was written last, what was left behind.
package enum StoreChecks {
  /// - Parameter bundles: what is in the quarantine that a repair or a rewind can be undone by.
  static func run(
    _ status: JournalStatus, directory: String, bundles: [String], now: Int64
  ) -> [PlaceCheck] {
    let place = Shell.quoted(directory)
    var found: [PlaceCheck] = []
    if let failure = status.failure {
      found.append(
        .problem("store", failure.description, "journal-tool verify \(place)"))
    } else if let tail = status.recovery?.tornTail, status.writer == nil {
      found.append(
        tail.isUndecidable
          ? .warning(
            "store",
            "opens without commit \(tail.sequence), which is damaged and undecidable: nothing tells"
              + " whether it was acknowledged; it will be set aside",
            "compare the last positions in the target with the state: journal-tool replay \(place)")
          : .note(
            "store", "opens; a torn tail of \(Units.bytes(tail.byteCount)) will be set aside",
            "journal-tool verify \(place)"))
    } else {
      found.append(
        .fine(
          "store",
          "opens, replaying \(Units.bytes(status.recovery?.replayedByteCount ?? 0)) of log"))
    }
    for snapshot in status.recovery?.damagedSnapshots ?? [] {
      found.append(
        .warning(
          "store", "\(snapshot.file) is damaged, and the previous generation stands in for it",
          "journal-tool compact \(place) --rewrite"))
    }
    found.append(clock(status.lastCommitTime, now: now))
    found += leftovers(status, bundles, place: place)
    return found
  }

  /// What is not what its name says: a directory, a link or a pipe where a file of a store belongs, or a
  /// file that cannot be opened. The store may open all the same, until somebody needs it.
  static func kinds(_ names: [String], in directory: any Directory) -> [PlaceCheck] {
    names.sorted().compactMap { name in
      do throws(IOFailure) {
        switch FileName(name) {
        case .quarantine: _ = try directory.openDirectory(name, creating: false)
        case .some: _ = try directory.openFile(name, .read)
        case nil: break
        }
      } catch {
        // One that is gone by now is what a compaction removed.
        if error.isMissing { return nil }
        let finding =
          name == FileName.quarantine.text
          ? "\(error); what recovery and repair set aside has no place"
          : JournalError(error).description
        return .problem("files", finding, "ls -la \(Shell.quoted(directory.path))")
      }
      return nil
    }
  }

  /// What a directory without a store is good for.
  static func none(in path: String, beside names: [String]) -> PlaceCheck {
    guard let other = obstacle(among: names) else {
      return .note("store", "there is none yet", "journal-tool init \(Shell.quoted(path))")
    }
    let place = Shell.quoted(path + (path.hasSuffix("/") ? "" : "/") + "state")
    return .note(
      "store",
      "there is none, and something else is here (\(other)); a store has a directory of its own",
      "mkdir \(place) && journal-tool init \(place)")
  }

  /// Whether these are names of something else than a store. Who may look at that is not for a store to say:
  /// what makes one private would shut others out of theirs.
  static func areForeign(_ names: [String]) -> Bool {
    var areForeign = false
    for name in names {
      switch FileName(name) {
      case .segment, .snapshot, .watermark: return false
      case .lock, .temporary, .quarantine: break
      case nil: areForeign = true
      }
    }
    return areForeign
  }

  /// What keeps a store from being made in a directory with these names. What an interrupted creation
  /// may have left does not; what was set aside from a store does, since that was no empty one.
  ///
  /// - Parameter isBegun: whether a look into the files of a store has shown that they are such leftovers.
  static func obstacle(among names: [String], isBegun: Bool = false) -> String? {
    names.first {
      switch FileName($0) {
      case .lock, .temporary: false
      case .segment, .snapshot, .watermark: !isBegun
      case .quarantine: true
      case nil: !FileName.isOfFileSystem($0)
      }
    }
  }

  private static func clock(_ last: Int64?, now: Int64) -> PlaceCheck {
    let text = Units.time(nanoseconds: now)
    // The first release of this tool is younger.
    if now < 1_700_000_000_000_000_000 {
      return .problem(
        "clock", "it says \(text)", "set it: times of commits are what --at and -2h go by")
    }
    guard let last else { return .fine("clock", "\(text); there is no commit to compare it with") }
    if last > now, last - now > 2_000_000_000 {
      return .warning(
        "clock", "the last commit is \(Units.duration(nanoseconds: last - now)) in the future",
        "the clock was set back, here or on the host that wrote; look-ups by time go by it")
    }
    return .fine("clock", "\(text), and the last commit was made before")
  }

  private static func leftovers(
    _ status: JournalStatus, _ bundles: [String], place: String
  ) -> [PlaceCheck] {
    var found: [PlaceCheck] = []
    let unfinished = status.files.filter { $0.kind == .unfinished }
    if !unfinished.isEmpty, status.compactor == nil, status.writer == nil {
      let bytes = unfinished.clampedSum { $0.byteCount ?? 0 }
      found.append(
        .note(
          "left behind",
          "\(Units.count(unfinished.count, "unfinished file")), \(Units.bytes(bytes)), of"
            + " what was stopped", "journal-tool compact \(place) sweeps them"))
    }
    let foreign = status.files.filter { $0.kind == .foreign && !FileName.isOfFileSystem($0.name) }
    if let first = foreign.first {
      found.append(
        .note(
          "left behind",
          "\(Units.count(foreign.count, "file")) that belong to no store, such as"
            + " \(first.name)"))
    }
    if status.files.contains(where: { $0.kind == .quarantine }) {
      found.append(
        .note(
          "left behind", "quarantine/ holds what recovery or repair set aside",
          (bundles.last.map {
            "look at it; with it goes what journal-tool repair --undo takes, such as \($0)"
          } ?? "look at it, then remove it") + ": ls -l \(place)/quarantine"))
    }
    return found.isEmpty ? [.fine("left behind", "nothing")] : found
  }
}
