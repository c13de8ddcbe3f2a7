import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who may do what with the directory and its files.
enum AccessCheck {
  static func directory(_ path: String) -> [Checkup] {
    guard let info = status(path) else { return [] }
    var found: [Checkup] = []
    let user = geteuid()
    let place = Shell.quoted(path)
    if user != 0, unsafe access(path, R_OK | W_OK | X_OK) != 0 {
      found.append(
        .problem(
          "directory", "this user (\(user)) cannot write here; it belongs to user \(info.st_uid)",
          "run as its owner, or change it: ls -ld \(place)"))
    } else if info.st_uid != user {
      found.append(
        .note("directory", "belongs to user \(info.st_uid), and this is user \(user)"))
    }
    let open = UInt32(info.st_mode) & 0o077
    if open != 0 {
      found.append(
        .warning(
          "directory", "others may look inside (mode \(octal(UInt32(info.st_mode) & 0o7777)))",
          "positions and names can be private; chmod 700 \(place)"))
    }
    return found.isEmpty ? [.fine("directory", "private, and writable by this user")] : found
  }

  static func files(_ names: [String], in path: String) -> [Checkup] {
    var others: [String] = []
    var foreign: [String] = []
    for name in names {
      guard let info = status(path + "/" + name) else { continue }
      let kind = UInt32(info.st_mode) & UInt32(S_IFMT)
      if UInt32(info.st_mode) & 0o077 != 0, kind == UInt32(S_IFREG) { others.append(name) }
      if let owner = status(path)?.st_uid, info.st_uid != owner { foreign.append(name) }
    }
    var found: [Checkup] = []
    if let first = others.first {
      found.append(
        .warning(
          "files", "\(Units.count(others.count, "file")) can be read by others, such as \(first)",
          "chmod 600 \(Shell.quoted(path))/*.journal \(Shell.quoted(path))/*.snapshot"))
    }
    if let first = foreign.first {
      found.append(
        .problem(
          "files",
          "\(Units.count(foreign.count, "file")) of another owner than the directory, such as"
            + " \(first); did a job run as root once?",
          "chown -R --reference=\(Shell.quoted(path)) \(Shell.quoted(path))"))
    }
    return found.isEmpty
      ? [.fine("files", "\(Units.count(names.count, "name")), private, of one owner")] : found
  }

  private static func status(_ path: String) -> stat? {
    var info = stat()
    return unsafe lstat(path, &info) == 0 ? info : nil
  }

  private static func octal(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }
}
