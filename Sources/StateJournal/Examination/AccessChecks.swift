import FileIO
import JournalEngine

/// Who may do what with the directory and its files.
enum AccessChecks {
  /// That this user cannot make a store in a directory; nothing where it can.
  static func writing(to path: String) -> [PlaceCheck] {
    let user = FileAccessFacts.currentUser
    guard user != 0, !FileAccessFacts.mayChangeDirectory(at: path),
      let facts = FileAccessFacts(ofFileAt: path, followsLinks: true)
    else { return [] }
    return [
      .problem(
        "directory", "this user (\(user)) cannot write here; it belongs to user \(facts.owner)",
        "run as its owner, or change it: ls -ld \(Shell.quoted(path))")
    ]
  }

  static func directory(_ path: String) -> [PlaceCheck] {
    guard let facts = FileAccessFacts(ofFileAt: path, followsLinks: true) else { return [] }
    var found = writing(to: path)
    let user = FileAccessFacts.currentUser
    let place = Shell.quoted(path)
    if found.isEmpty, facts.owner != user {
      found.append(
        .note("directory", "belongs to user \(facts.owner), and this is user \(user)"))
    }
    if facts.isOpenToOthers {
      found.append(
        .warning(
          "directory", "others may look inside (mode 0\(String(facts.mode, radix: 8)))",
          "positions and names can be private; chmod 700 \(place)"))
    }
    return found.isEmpty ? [.fine("directory", "private, and writable by this user")] : found
  }

  static func files(_ names: [String], in path: String) -> [PlaceCheck] {
    let owner = FileAccessFacts(ofFileAt: path, followsLinks: true)?.owner
    var open: [String] = []
    var foreign: [String] = []
    for name in names.sorted() {
      guard let facts = FileAccessFacts(ofFileAt: path + "/" + name, followsLinks: false)
      else { continue }
      if facts.isOpenToOthers, facts.isRegularFile { open.append(name) }
      if let owner, facts.owner != owner { foreign.append(name) }
    }
    let place = Shell.quoted(path)
    var found: [PlaceCheck] = []
    if let first = open.first {
      found.append(
        .warning(
          "files", "\(Units.count(open.count, "file")) can be read by others, such as \(first)",
          "chmod 600 " + open.map { Shell.quoted(path + "/" + $0) }.joined(separator: " ")))
    }
    if let first = foreign.first {
      found.append(
        .problem(
          "files",
          "\(Units.count(foreign.count, "file")) of another owner than the directory, such as"
            + " \(first); did a job run as root once?",
          "chown -R --reference=\(place) \(place)"))
    }
    return found.isEmpty
      ? [.fine("files", "\(Units.count(names.count, "name")), private, of one owner")] : found
  }
}
